import { inject } from 'vitest'

declare module 'vitest' {
  interface ProvidedContext {
    /** Those that the run was given; null for the fixed ones. Chosen and checked where the tests are configured. */
    seeds: readonly number[] | null
    /** Inputs for all decoders that strangers reach, together. */
    fuzzedInputs: number
    /** Of the fixed cases in which strangers come to a node: those that everybody waits for, or each. */
    strangers: 'all' | 'a handful'
  }
}

declare module '@vitest/runner' {
  interface TaskMeta {
    /** What a property found out about its seed: torture prints it. */
    told?: string
  }
}

/** The same for everybody, so that `npm test` is green or red for everybody. */
const FIXED = [1]

/**
 * The seeds that a property is tried with, each in a test of its own whose name ends in `(seed %d)`:
 * `test.each(seeds())('… (seed %d)', (seed) => …)`. In `npm test` these are the fixed ones; `npm run torture` draws
 * new ones, and `SEED=…` replays one.
 * @param failed what torture found to fail once: fixed from then on
 */
export function seeds(...failed: readonly number[]): readonly number[] {
  return inject('seeds') ?? [...FIXED, ...failed]
}

/** How often a property tries its seed: a few times in `npm test`, which everybody waits for, and many in `torture`. */
export function rounds(few: number, many: number): number {
  return inject('seeds') === null ? few : many
}
