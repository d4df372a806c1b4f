import { buildPackages } from './build.mjs'
import { main, runNode } from './command.mjs'
import { ensureDependencies } from './dependencies.mjs'

/** `npm run soak [-- DAYS [CONNECTIONS]]`: a simulated week of nodes, and a hub that many visit: see apps/simulator. */
await main(async () => {
  await ensureDependencies()
  await buildPackages()
  return runNode('--expose-gc', ['apps/simulator/dist/soak/main.js', ...process.argv.slice(2)])
})
