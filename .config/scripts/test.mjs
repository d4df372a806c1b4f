import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { build } from './build.mjs'
import { ensureChromium } from './chromium.mjs'
import { main, runNode } from './command.mjs'
import { close, explained, playwrightCounts, readText, sum, vitestCounts } from './counts.mjs'
import { ensureDependencies, ensureReference } from './dependencies.mjs'
import { Parts } from './parts.mjs'
import { claimPort } from './port.mjs'
import { checkNames, filesOf, playwrightFiles, vitestFiles } from './test-files.mjs'
import { runVitest } from './vitest.mjs'

/**
 * `npm test`: every portable test, in Node, in Chromium, and the festival as a person uses it.
 * `npm test -- NAME…`: the test files whose paths contain a name.
 */
await main(async () => {
  const names = process.argv.slice(2)
  const [inVitest, inPlaywright] = [vitestFiles(), playwrightFiles()]
  checkNames([...inVitest, ...inPlaywright], names)
  const runners = [
    {
      files: filesOf(inVitest, names),
      title: 'the packages and apps, in Node and Chromium',
      usually: '6 minutes',
      run: test,
    },
    {
      files: filesOf(inPlaywright, names),
      title: 'the festival, as a person uses it',
      usually: '3 minutes',
      run: testFestival,
    },
  ].filter(({ files }) => files.length > 0)

  const parts = new Parts(1 + runners.length)
  const env = await parts.run('dependencies, Chromium and the build', 'half a minute', async () => {
    await ensureDependencies()
    await ensureReference()
    const chromium = await ensureChromium()
    await build()
    return { ...process.env, RAKKO_CHROMIUM: chromium }
  })
  const all = []
  for (const { files, title, usually, run } of runners) {
    all.push(await parts.run(title, usually, () => run(names.length === 0 ? [] : files, env)))
  }
  parts.end()
  return close(sum(all))
})

/** @param {readonly string[]} files all where there are none @param {NodeJS.ProcessEnv} env */
function test(files, env) {
  return runVitest(
    ['--config', 'vitest.workspace.ts', '--reporter=default', ...files],
    (exitCode, report) => explained(exitCode, () => vitestCounts(readText(report))),
    { env },
  )
}

/** @param {readonly string[]} files all where there are none @param {NodeJS.ProcessEnv} env */
async function testFestival(files, env) {
  const reports = mkdtempSync(join(tmpdir(), 'rakko-reports-'))
  try {
    const report = join(reports, 'playwright.json')
    const port = await claimPort(0)
    const exitCode = await runNode('node_modules/@playwright/test/cli.js', ['test', '--reporter=list,json', ...files], {
      env: { ...env, PLAYWRIGHT_JSON_OUTPUT_FILE: report, RAKKO_FESTIVAL_PORT: `${port}` },
    })
    return explained(exitCode, () => playwrightCounts(readText(report)))
  } finally {
    rmSync(reports, { recursive: true, force: true })
  }
}
