import { defineConfig } from 'vitest/config'

/** Passed with `--config`: Vitest finds a file of this name only by being told. */
export default defineConfig({
  test: {
    projects: ['core', 'store', 'node', 'client'].map((name) => ({
      test: {
        name,
        include: [`packages/${name}/test/**/*.test.ts`],
        exclude: ['**/*.browser.test.ts', '**/node_modules/**'],
      },
    })),
  },
})
