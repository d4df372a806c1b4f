import { expect, inject, test } from 'vitest'
import { seeds } from '../../../../.config/testing/seeds.js'
import { useFastBlake3 } from '../../src/fast-blake3.js'
import { type Case, drawCase } from './draw-case.js'
import { type Cost, runCase } from './run-case.js'

/** About so many bytes of entries and operations come. Torture tries up to four times as many. */
const BYTES = 2_000_000
const DEADLINE_MS = 100_000
/** Beyond the promise: the engine collects its garbage when it likes. */
const SPARE_MB = 64
/**
 * Processor time while an honest caller waits. Promised are 250 ms for any one thing. A write meets three of them at most:
 * what goes on while it reads, what goes on while it is signed, and its own. A store in memory alone, for simulations,
 * takes a call in one go.
 */
const MAX_WORK_MS = 750
/** Processor time, for each byte and beside that for each case. */
const MAX_MICROSECONDS = 8
const START_MS = 2_000

const isTorture = inject('seeds') !== null
await useFastBlake3()

test.for(seeds(3, 6, 15, 17, 24, 33))(
  'a stranger costs a node little (seed %d)',
  { timeout: 2 * DEADLINE_MS },
  async (seed, { task }) => {
    const drawn = await drawCase(seed, isTorture ? BYTES * 2 ** (seed % 3) : BYTES)
    const cost = await runCase(drawn, DEADLINE_MS)
    const told = tell(drawn, cost)
    task.meta.told = told
    expect(found(drawn, cost), told).toEqual([])
  },
)

/** What is beyond a bound. Times say something only where nobody waits for them: `npm test` goes by memory. */
function found({ store }: Case, { answers, excessMb, workMs, ms, bytes }: Cost): string[] {
  const allowedMs = START_MS + (bytes * MAX_MICROSECONDS) / 1000
  return [
    answers ? [] : 'an honest caller gets no answer any more',
    excessMb <= SPARE_MB ? [] : `${excessMb} MB more than 64 MB and 8 bytes for each that came`,
    !isTorture || store === 'memory' || workMs <= MAX_WORK_MS
      ? []
      : `an honest caller waited for ${workMs} ms of processor time`,
    !isTorture || ms <= allowedMs
      ? []
      : `${ms} ms of processor time for ${bytes} bytes, ${Math.round(allowedMs)} allowed`,
  ].flat()
}

function tell({ name }: Case, { bytes, ms, peakMb, delayMs, workMs, outcomes, steps }: Cost): string {
  const perByte = ((ms * 1000) / bytes).toFixed(2)
  const most = `${bytes} bytes, ${perByte} µs each, ${peakMb} MB above idle at most, ${workMs} ms of work and ${delayMs} ms until an honest call is answered`
  return [`${name}: ${most}`, `  ${JSON.stringify(outcomes)}`, ...steps.map((step) => `  ${step}`)].join('\n')
}
