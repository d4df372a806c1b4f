/** Runs every n-th world of a range, and tells of each: `worker.js FIRST STEP END STORE LEAST MOST`. */
import type { StoreKind } from './run-options.js'
import { WorldRunner } from './world-runner.js'
import { summaryOf } from './world-summary.js'

const [store = 'memory', ...numbers] = process.argv.slice(2)
const [first = 0, step = 1, end = 0, leastNodes = 3, mostNodes = 3] = numbers.map(Number)

// Errors that travel are made by the thousand, and nobody reads where they were made.
Error.stackTraceLimit = 5

await using runner = new WorldRunner(store as StoreKind)
for (let seed = first; seed < end; seed += step) {
  const plan = runner.planOf(seed, { leastNodes, mostNodes })
  process.send?.(summaryOf(plan, await runner.run(plan)))
}
process.disconnect?.()
