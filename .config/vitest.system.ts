import { defineConfig } from 'vitest/config'

/** Tests that need root or system packages, and so are no part of `npm test`. */
export default defineConfig({
  test: {
    root: new URL('..', import.meta.url).pathname,
    include: ['{packages,apps}/*/test/**/*.system.test.ts', '.config/scripts/test/**/*.system.test.ts'],
    exclude: ['**/node_modules/**', '**/dist/**'],
    testTimeout: 120_000,
    hookTimeout: 120_000,
    maxWorkers: 1,
  },
})
