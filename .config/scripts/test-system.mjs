import { buildPackages } from './build.mjs'
import { ensureChromium } from './chromium.mjs'
import { Complaint, main } from './command.mjs'
import { close, explained, readText, vitestCounts } from './counts.mjs'
import { ensureDependencies } from './dependencies.mjs'
import { ensureFirefox } from './firefox.mjs'
import { runVitest } from './vitest.mjs'

/** The tests that need root or system packages: `*.system.test.ts`. */
await main(async () => {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) {
    throw new Complaint('npm run test:system needs Linux and root: run it in a container or with sudo.')
  }
  await ensureDependencies()
  await ensureChromium()
  await ensureFirefox()
  await buildPackages()
  return runVitest(['--config', '.config/vitest.system.ts', '--reporter=default'], (exitCode, report) =>
    close(explained(exitCode, () => vitestCounts(readText(report)))),
  )
})
