import { build } from './build.mjs'
import { main, runNode } from './command.mjs'
import { ensureDependencies, ensureReference } from './dependencies.mjs'

/** Every test that runs in Node, with the lines of the packages that it reached. */
await main(async () => {
  await ensureDependencies()
  await ensureReference()
  await build()
  return runNode('node_modules/vitest/vitest.mjs', [
    'run',
    '--config',
    'vitest.workspace.ts',
    '--project=!browser*',
    '--coverage',
  ])
})
