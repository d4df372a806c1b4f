/** `npm run simulate`: worlds of nodes, see README.md. */
import { closeWith, describePlan, describeRun, tooManyLate } from './run/report.js'
import { parseRunOptions, type RunOptions, USAGE } from './run/run-options.js'
import { runWorlds } from './run/run-worlds.js'
import { shrink } from './run/shrink.js'
import { WorldRunner } from './run/world-runner.js'
import { summaryOf, type WorldSummary } from './run/world-summary.js'

/** What has to pass before a change is taken, and how long that may take with two processes. */
const FIXED: readonly string[][] = [
  ['--seeds', '1000'],
  ['--seeds', '30', '--store', 'pglite'],
]
const BUDGET_S = 180

process.exitCode = await main(process.argv.slice(2))

async function main(args: readonly string[]): Promise<number> {
  let runs: readonly RunOptions[]
  try {
    runs = (args.length === 0 ? FIXED : [args]).map(parseRunOptions)
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : error}\n${USAGE}`)
    return 2
  }
  const began = performance.now()
  let count = 0
  const failures: string[] = []
  for (const options of runs) {
    const worlds = await runAll(options)
    count += worlds.length
    failures.push(...failuresOf(options, worlds))
  }
  if (args.length === 0) {
    const taken = Math.round((performance.now() - began) / 1000)
    console.log(`budget: ${BUDGET_S} s, taken: ${taken} s`)
    if (taken > BUDGET_S) failures.push(`${taken} s, more than the budget`)
  }
  return closeWith(count, failures)
}

function failuresOf({ store }: RunOptions, worlds: readonly WorldSummary[]): string[] {
  const failed = worlds.filter(({ failures }) => failures.length > 0).map(({ seed }) => `seed ${seed} in ${store}`)
  const late = tooManyLate(worlds)
  return late === undefined ? failed : [...failed, late]
}

async function runAll(options: RunOptions): Promise<readonly WorldSummary[]> {
  const began = performance.now()
  const worlds = options.isTraced ? await traceAll(options) : await runWorlds(options, tellFailure)
  console.log(describeRun(options, worlds, performance.now() - began))
  const failed = worlds.find(({ failures }) => failures.length > 0)
  if (failed !== undefined && !options.isTraced) await explain(options, failed.seed)
  return worlds
}

/** One after another, here. */
async function traceAll(options: RunOptions): Promise<WorldSummary[]> {
  await using runner = new WorldRunner(options.store)
  const worlds: WorldSummary[] = []
  for (let seed = options.seed; seed < options.seed + options.seeds; seed += 1) {
    const plan = runner.planOf(seed, options)
    const result = await runner.run(plan, true)
    console.log([describePlan(plan), ...result.lines].join('\n'))
    const world = summaryOf(plan, result)
    tellFailure(world)
    worlds.push(world)
  }
  return worlds
}

function tellFailure({ seed, failures }: WorldSummary): void {
  if (failures.length > 0) console.log(`seed ${seed} failed:\n${failures.map((text) => `  ${text}`).join('\n')}`)
}

/** Prints a failing world as small as it gets, with all that happens in it. */
async function explain(options: RunOptions, seed: number): Promise<void> {
  await using runner = new WorldRunner(options.store)
  const plan = runner.planOf(seed, options)
  const { plan: smallest, runs } = await shrink(
    plan,
    async (smaller) => (await runner.run(smaller)).failures.length > 0,
  )
  const { lines, failures } = await runner.run(smallest, true)
  const again = `npm run simulate -- --seed ${seed} --store ${options.store} --trace`
  console.log(`\nThe smallest of ${runs} worlds that fail as seed ${seed} does (the whole one: ${again})`)
  console.log([describePlan(smallest), ...lines, ...failures].join('\n'))
}
