import { expect, inject, test } from 'vitest'
import { seeds } from '../../../../.config/testing/seeds.js'
import { useFastBlake3 as loadFastBlake3 } from '../../../node/src/fast-blake3.js'
import { ASKS } from './asks.js'
import { type Case, caseOf, DOORS, drawPlan, type Plan, STORES } from './draw-case.js'
import { FIXED_CASES, HANDFUL } from './fixed-cases.js'
import { type Cost, runCase } from './run-case.js'
import { SHAPES } from './shapes.js'

/** About so many bytes of entries and operations come. Torture tries up to four times as many. */
const BYTES = 2_000_000
const DEADLINE_MS = 100_000
/** Beyond the promise: what the engine takes for itself, and garbage that it has not collected yet. */
const SPARE_MB = 32
/**
 * Processor time while an honest caller waits. Promised are 250 ms for any one thing. A write meets three of them at
 * most: what goes on while it reads, what goes on while it is signed, and its own. A store in memory alone, for simulations,
 * takes a call in one go.
 */
const MAX_WORK_MS = 750
/** Beside ports, calls are answered in the order in which they came: an honest one waits for each that came before. */
const CALL_MS = 3
/** Processor time of a step for each byte that came with it, and beside that. */
const MAX_MICROSECONDS = 8
const START_MS = 2_000
/** A database has 512 tables of strangers at most, and a table takes 8 ms. Beyond them schemas rest. */
const TABLES_MS = 512 * 8
/** In place of that, where something is asked. */
const ASK_MS = 750

const isTorture = inject('seeds') !== null
/** A busy machine takes more processor time for the same. What is quadratic takes many times as much. */
const SLOWER = isTorture ? 1 : 2
await loadFastBlake3()

const fixed = inject('strangers') === 'all' ? FIXED_CASES : HANDFUL
const plans = isTorture ? seeds().map((seed) => drawPlan(seed, BYTES * 2 ** (seed % 3))) : fixed

test.for(plans.map((plan) => [isTorture ? 'drawn' : wordsOf(plan), plan.seed, plan] as const))(
  'a stranger costs a node little: %s (seed %d)',
  { timeout: 2 * DEADLINE_MS },
  async ([, , plan], { task }) => {
    const drawn = await caseOf(plan)
    const cost = await runCase(drawn, DEADLINE_MS, !isTorture)
    const told = tell(drawn, cost)
    task.meta.told = told
    expect(found(drawn, cost), told).toEqual([])
  },
)

test('the fixed cases have each shape, question, door and store', () => {
  const tried = <Part>(of: (plan: Plan) => readonly Part[]) => [...new Set(FIXED_CASES.flatMap(of))].sort()
  expect(tried(({ shapes }) => shapes)).toEqual(Object.keys(SHAPES).sort())
  expect(tried(({ asks }) => asks)).toEqual(Object.keys(ASKS).sort())
  expect(tried(({ store, door }) => [`${store} ${door}`])).toEqual(
    STORES.flatMap((store) => DOORS.map((door) => `${store} ${door}`))
      // What is in memory alone has no port and no peers.
      .filter((way) => way !== 'memory port' && way !== 'memory peer')
      .sort(),
  )
})

/** What is beyond a bound. */
function found({ store, door }: Case, { answers, excessMb, workMs, steps }: Cost): string[] {
  const most = Math.max(...steps.map(({ name, times }) => (door === 'port' || name in ASKS ? 0 : times)))
  const mayWaitMs = SLOWER * (MAX_WORK_MS + most * CALL_MS)
  return [
    answers ? [] : 'an honest caller gets no answer any more',
    excessMb <= SPARE_MB ? [] : `${excessMb} MB more than is promised`,
    store === 'memory' || workMs <= mayWaitMs ? [] : `an honest caller waited for ${workMs} ms of processor time`,
    steps.flatMap(({ name, bytes, times, ms }) => {
      const besideBytesMs = name in ASKS ? ASK_MS : START_MS + (name === 'tables' ? TABLES_MS : 0)
      const allowedMs = SLOWER * (besideBytesMs + times * CALL_MS + (bytes * MAX_MICROSECONDS) / 1000)
      return ms <= allowedMs ? [] : `${name} took ${ms} ms of processor time, ${Math.round(allowedMs)} allowed`
    }),
  ].flat()
}

function wordsOf({ store, door, shapes, asks }: Plan): string {
  return [store, door, ...shapes, ...asks].join(' ')
}

function tell({ name }: Case, { peakMb, delayMs, workMs, outcomes, steps }: Cost): string {
  return [
    `${name}: ${peakMb} MB above idle at most, ${workMs} ms of work and ${delayMs} ms until an honest call is answered`,
    `  ${JSON.stringify(outcomes)}`,
    ...steps.map((step) => `  ${step.name}: ${step.bytes} B, ${step.ms} ms of work, ${step.aboveMb} MB`),
  ].join('\n')
}
