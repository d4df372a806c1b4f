import { join } from 'node:path'
import { buildPackages } from './build.mjs'
import { ensureChromium } from './chromium.mjs'
import { Complaint, main, ROOT } from './command.mjs'
import { close, explained, readText, vitestCounts } from './counts.mjs'
import { ensureDependencies, runNpm } from './dependencies.mjs'
import { runVitest } from './vitest.mjs'

/** An app of the packages as npm would install them, built by the bundlers that apps use and opened in Chromium. */
await main(async () => {
  await ensureDependencies()
  const env = { ...process.env, RAKKO_CHROMIUM: await ensureChromium() }
  await buildPackages()
  console.error('Installing the bundlers, and the packages as they would be published.')
  const code = await runNpm(['ci', '--no-audit', '--no-fund'], { cwd: join(ROOT, 'apps', 'bundlers') })
  if (code !== 0) throw new Complaint('npm ci failed in apps/bundlers: see its message above.')
  return runVitest(
    ['--config', '.config/vitest.bundlers.ts', '--reporter=default'],
    (exitCode, report) => close(explained(exitCode, () => vitestCounts(readText(report)))),
    { env },
  )
})
