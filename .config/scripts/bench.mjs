import { build } from './build.mjs'
import { ensureChromium } from './chromium.mjs'
import { Complaint, main, runNode } from './command.mjs'
import { ensureDependencies } from './dependencies.mjs'

/** `npm run bench -- NAME…`: figures as lines of JSON, see apps/bench. */
await main(async () => {
  const names = process.argv.slice(2)
  await ensureDependencies()
  const complaint = await complaintAbout(names)
  if (complaint !== undefined) throw new Complaint(complaint)
  const env = { ...process.env, RAKKO_CHROMIUM: await ensureChromium() }
  await build()
  return runNode('apps/bench/dist/main.js', names, { env })
})

/**
 * Read from the sources: nobody waits for a build to learn of a misspelt name.
 * @param {string[]} names @returns {Promise<string | undefined>}
 */
async function complaintAbout(names) {
  const { createJiti } = await import('jiti')
  const figures = await createJiti(import.meta.url).import('../../apps/bench/src/figures/index.ts')
  return /** @type {{ complaintAbout(names: string[]): string | undefined }} */ (figures).complaintAbout(names)
}
