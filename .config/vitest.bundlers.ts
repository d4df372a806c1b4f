import { defineConfig } from 'vitest/config'

/** apps/bundlers, whose dependencies `npm run test:bundlers` installs: no part of `npm test`. */
export default defineConfig({
  test: {
    root: new URL('..', import.meta.url).pathname,
    include: ['apps/bundlers/test/*.test.ts'],
    testTimeout: 300_000,
    hookTimeout: 120_000,
  },
})
