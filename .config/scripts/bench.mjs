import { build } from './build.mjs'
import { ensureChromium } from './chromium.mjs'
import { main, runNode } from './command.mjs'
import { ensureDependencies } from './dependencies.mjs'

/** `npm run bench -- NAME…`: figures as lines of JSON, see apps/bench. */
await main(async () => {
  await ensureDependencies()
  const env = { ...process.env, RAKKO_CHROMIUM: await ensureChromium() }
  await build()
  return runNode('apps/bench/dist/main.js', process.argv.slice(2), { env })
})
