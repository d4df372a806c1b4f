import { buildPackages } from './build.mjs'
import { ensureChromium } from './chromium.mjs'
import { main, runNode } from './command.mjs'
import { ensureDependencies } from './dependencies.mjs'

/** `npm run conformance -- --suites DIR`: public suites from a folder, in Node and in Chromium. */
await main(async () => {
  await ensureDependencies()
  const env = { ...process.env, RAKKO_CHROMIUM: await ensureChromium() }
  await buildPackages()
  return runNode('apps/conformance/dist/main.js', process.argv.slice(2), { env })
})
