import { defineConfig } from 'vitest/config'

/** The packages as npm would publish them: in Node, and in apps/bundlers, whose dependencies the command installs. */
export default defineConfig({
  test: {
    root: new URL('..', import.meta.url).pathname,
    include: ['.config/scripts/test/*.packed.test.ts', 'apps/bundlers/test/*.test.ts'],
    maxWorkers: 2,
    testTimeout: 300_000,
    hookTimeout: 120_000,
  },
})
