import { buildPackages } from './build.mjs'
import { main, runNode } from './command.mjs'
import { ensureDependencies } from './dependencies.mjs'

/** `npm run simulate -- [--seed S] [--seeds N] …`: worlds of nodes, see apps/simulator; without arguments the fixed ones. */
await main(async () => {
  await ensureDependencies()
  await buildPackages()
  return runNode('apps/simulator/dist/main.js', process.argv.slice(2))
})
