/** Runs every n-th world of a range, and tells of each: `worker.js STORE RULE FIRST STEP END LEAST MOST`. */
import { BROKEN_RULES } from '../people/broken-rules.js'
import type { StoreKind } from './run-options.js'
import { WorldRunner } from './world-runner.js'
import { summaryOf } from './world-summary.js'

const [store = 'memory', rule, ...numbers] = process.argv.slice(2)
const [first = 0, step = 1, end = 0, leastNodes = 3, mostNodes = 3] = numbers.map(Number)

const breaks = BROKEN_RULES.find((one) => one === rule)

// Errors that travel are made by the thousand, and nobody reads where they were made.
Error.stackTraceLimit = 5

await using runner = new WorldRunner(store as StoreKind)
for (let seed = first; seed < end; seed += step) {
  const plan = runner.planOf(seed, { leastNodes, mostNodes, breaks })
  process.send?.(summaryOf(plan, await runner.run(plan)))
}
process.disconnect?.()
