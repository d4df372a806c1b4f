import { inject } from 'vitest'

declare module 'vitest' {
  interface ProvidedContext {
    seed: number
  }
}

/** Of this run's random cases: `SEED=… npm test` runs them again. Chosen and checked where the tests are configured. */
export const seed = inject('seed')
