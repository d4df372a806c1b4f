import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { build } from './build.mjs'
import { ensureChromium } from './chromium.mjs'
import { main, runNode } from './command.mjs'
import { close, playwrightCounts, readText, settle, sum, vitestCounts } from './counts.mjs'
import { ensureDependencies } from './dependencies.mjs'
import { claimPort } from './port.mjs'

/** Every portable test: in Node, in Chromium, and the festival as a person uses it. */
await main(async () => {
  await ensureDependencies()
  const env = { ...process.env, RAKKO_CHROMIUM: await ensureChromium() }
  await build()
  const reports = mkdtempSync(join(tmpdir(), 'rakko-reports-'))
  try {
    const vitestReport = join(reports, 'vitest.json')
    const vitest = await runNode(
      'node_modules/vitest/vitest.mjs',
      [
        'run',
        '--config',
        'vitest.workspace.ts',
        '--reporter=default',
        '--reporter=json',
        `--outputFile=${vitestReport}`,
      ],
      { env },
    )
    const playwrightReport = join(reports, 'playwright.json')
    const playwright = await runNode('node_modules/@playwright/test/cli.js', ['test', '--reporter=list,json'], {
      env: { ...env, PLAYWRIGHT_JSON_OUTPUT_FILE: playwrightReport, RAKKO_FESTIVAL_PORT: `${await claimPort(0)}` },
    })
    return close(
      sum([
        settle(vitest, () => vitestCounts(readText(vitestReport))),
        settle(playwright, () => playwrightCounts(readText(playwrightReport))),
      ]),
    )
  } finally {
    rmSync(reports, { recursive: true, force: true })
  }
})
