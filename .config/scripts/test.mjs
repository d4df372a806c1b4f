import { join } from 'node:path'
import { build } from './build.mjs'
import { ensureChromium } from './chromium.mjs'
import { main, runNode } from './command.mjs'
import { close, explained, playwrightCounts, readText, sum, vitestCounts } from './counts.mjs'
import { ensureDependencies, ensureReference } from './dependencies.mjs'
import { Parts } from './parts.mjs'
import { claimPort } from './port.mjs'
import { withTemporary } from './temporary.mjs'
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
      usually: '4 minutes',
      run: names.length === 0 ? testOthers : test,
    },
    {
      files: filesOf(inPlaywright, names),
      title: 'the festival, as a person uses it',
      usually: '2 minutes',
      run: testFestival,
    },
  ].filter(({ files }) => files.length > 0)

  const parts = new Parts(1 + runners.length)
  const all = []
  const first = `dependencies, Chromium and the build${names.length === 0 ? ', beside it the tests of core' : ''}`
  const env = await parts.run(first, 'a minute', async () => {
    await ensureDependencies()
    await ensureReference()
    const built = { ...process.env, RAKKO_CHROMIUM: await ensureChromium() }
    if (names.length > 0) await build()
    else all.push(await testCoreBesideBuild(built))
    return built
  })
  for (const { files, title, usually, run } of runners) {
    all.push(await parts.run(title, usually, () => run(names.length === 0 ? [] : files, env)))
  }
  parts.end()
  return close(sum(all))
})

/**
 * Core's tests need nothing built, and the build leaves a processor idle.
 * @param {NodeJS.ProcessEnv} env
 */
async function testCoreBesideBuild(env) {
  const [tested, built] = await Promise.allSettled([test(['--project', 'core', '--maxWorkers', '1'], env), build()])
  if (built.status === 'rejected') throw built.reason
  if (tested.status === 'rejected') throw tested.reason
  return tested.value
}

/** @param {readonly string[]} _ none @param {NodeJS.ProcessEnv} env */
function testOthers(_, env) {
  return test(['--project', '!core'], env)
}

/** @param {readonly string[]} args files, and options of Vitest @param {NodeJS.ProcessEnv} env */
function test(args, env) {
  return runVitest(
    ['--config', 'vitest.workspace.ts', '--reporter=default', ...args],
    (exitCode, report) => explained(exitCode, () => vitestCounts(readText(report))),
    { env },
  )
}

/** @param {readonly string[]} files all where there are none @param {NodeJS.ProcessEnv} env */
function testFestival(files, env) {
  return withTemporary(async (folder, temporary) => {
    const report = join(folder, 'playwright.json')
    const port = await claimPort(0)
    const exitCode = await runNode('node_modules/@playwright/test/cli.js', ['test', '--reporter=list,json', ...files], {
      env: { ...env, ...temporary, PLAYWRIGHT_JSON_OUTPUT_FILE: report, RAKKO_FESTIVAL_PORT: `${port}` },
    })
    return explained(exitCode, () => playwrightCounts(readText(report)))
  })
}
