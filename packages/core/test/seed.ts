import { inject } from 'vitest'

declare module 'vitest' {
  interface ProvidedContext {
    seed: number
  }
}

/** Of this run's random cases: `SEED=… npm test` runs them again. Chosen and checked where the tests are configured. */
export const seed = inject('seed')

/** Numbers from 0 to 1, the same for the same seed (mulberry32). */
export function randomNumbers(from: number): () => number {
  let state = from >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let bits = Math.imul(state ^ (state >>> 15), state | 1)
    bits ^= bits + Math.imul(bits ^ (bits >>> 7), bits | 61)
    return ((bits ^ (bits >>> 14)) >>> 0) / 2 ** 32
  }
}
