import type { Measurement } from './figure.js'

/** How many times floor and work alternate; the median of each counts. */
export const ROUNDS = 5

/** Milliseconds that `work` took. */
export async function timed(work: () => unknown): Promise<number> {
  const start = performance.now()
  await work()
  return performance.now() - start
}

/** Medians in milliseconds. */
export interface Medians {
  readonly work: number
  readonly floor: number
}

/**
 * Alternates floor and work so that a slow moment of the machine falls on both. Each callback does its own set-up and
 * returns the milliseconds of the part that counts. One unmeasured round warms the code up.
 */
export async function alternate(
  floor: () => Promise<number>,
  work: () => Promise<number>,
  rounds = ROUNDS,
): Promise<Medians> {
  const floors: number[] = []
  const works: number[] = []
  for (let round = -1; round < rounds; round++) {
    const floorMs = await floor()
    const workMs = await work()
    if (round < 0) continue
    floors.push(floorMs)
    works.push(workMs)
  }
  return { work: median(works), floor: median(floors) }
}

/** The median of ROUNDS runs, after an unmeasured one; `work` as in `alternate`. */
export async function repeated(work: () => Promise<number>): Promise<number> {
  const works: number[] = []
  for (let round = -1; round < ROUNDS; round++) {
    const ms = await work()
    if (round >= 0) works.push(ms)
  }
  return median(works)
}

/** Rates, where floor and work did the same `count` of things. */
export function perSecond(count: number, { work, floor }: Medians): Measurement {
  return { value: (count / work) * 1000, unit: 'per second', floor: (count / floor) * 1000 }
}

export function milliseconds({ work, floor }: Medians): Measurement {
  return { value: work, unit: 'ms', floor }
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  const upper = sorted[middle]
  const lower = sorted[sorted.length % 2 === 0 ? middle - 1 : middle]
  if (upper === undefined || lower === undefined) throw new RangeError('median of nothing')
  return (upper + lower) / 2
}
