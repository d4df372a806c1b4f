import { join } from 'node:path'
import { build } from './build.mjs'
import { ensureChromium, QUICK_START } from './chromium.mjs'
import { main, run } from './command.mjs'
import { close, explained, playwrightCounts, readText, sum, vitestCounts } from './counts.mjs'
import { ensureDependencies, ensureReference } from './dependencies.mjs'
import { HeldOutput } from './held-output.mjs'
import { Parts } from './parts.mjs'
import { claimPort } from './port.mjs'
import { withTemporary } from './temporary.mjs'
import { checkNames, filesOf, playwrightFiles, vitestFiles } from './test-files.mjs'
import { runVitest } from './vitest.mjs'

const PACKAGES = 'the packages and apps, in Node and Chromium'
const FESTIVAL = 'the festival, as a person uses it'

/**
 * `npm test`: every portable test, in Node, in Chromium, and the festival as a person uses it.
 * `npm test -- NAME…`: the test files whose paths contain a name.
 */
await main(async () => {
  const names = process.argv.slice(2)
  const [inVitest, inPlaywright] = [vitestFiles(), playwrightFiles()]
  checkNames([...inVitest, ...inPlaywright], names)
  const [packages, festival] = [filesOf(inVitest, names), filesOf(inPlaywright, names)]
  const isAll = names.length === 0
  const later = isAll
    ? [{ title: `${PACKAGES}, beside them ${FESTIVAL}`, usually: '7 minutes', run: testOthersBesideFestival }]
    : [
        { files: packages, title: PACKAGES, run: test },
        { files: festival, title: FESTIVAL, run: testFestival },
      ].flatMap(({ files, title, run }) =>
        files.length === 0
          ? []
          : [{ title, usually: undefined, run: (/** @type {NodeJS.ProcessEnv} */ env) => run(files, env) }],
      )

  const parts = new Parts(1 + later.length)
  const all = []
  const first = `dependencies, Chromium and the build${isAll ? ', beside it the tests of core' : ''}`
  const env = await parts.run(first, 'a minute', async () => {
    await ensureDependencies()
    await ensureReference()
    const built = { ...process.env, RAKKO_CHROMIUM: await ensureChromium() }
    if (isAll) all.push(await testCoreBesideBuild(built))
    else await build()
    return built
  })
  for (const { title, usually, run } of later) all.push(await parts.run(title, usually, () => run(env)))
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

/**
 * Tests of either kind wait now and then: for a page, a process, a deadline. The others go on meanwhile.
 * @param {NodeJS.ProcessEnv} env
 */
async function testOthersBesideFestival(env) {
  const output = new HeldOutput()
  const [others, festival] = await Promise.allSettled([
    test(['--project', '!core'], env).finally(() => {
      console.log(`\n== Beside it: ${FESTIVAL}.`)
      output.show((text) => process.stdout.write(text))
    }),
    testFestival([], env, (text) => output.take(text)),
  ])
  if (others.status === 'rejected') throw others.reason
  if (festival.status === 'rejected') throw festival.reason
  return sum([others.value, festival.value])
}

/** @param {readonly string[]} args files, and options of Vitest @param {NodeJS.ProcessEnv} env */
function test(args, env) {
  return runVitest(
    ['--config', 'vitest.workspace.ts', '--reporter=default', ...args],
    (exitCode, report) => explained(exitCode, () => vitestCounts(readText(report))),
    { env },
  )
}

/**
 * @param {readonly string[]} files all where there are none
 * @param {NodeJS.ProcessEnv} env
 * @param {(text: string) => void} [onOutput]
 */
function testFestival(files, env, onOutput) {
  return withTemporary(async (folder, temporary) => {
    const report = join(folder, 'playwright.json')
    const port = await claimPort(0)
    // Its workers have the options as well, and the hubs that they start.
    const playwright = [...QUICK_START, 'node_modules/@playwright/test/cli.js', 'test', '--reporter=list,json']
    const exitCode = await run(process.execPath, [...playwright, ...files], {
      env: { ...env, ...temporary, PLAYWRIGHT_JSON_OUTPUT_FILE: report, RAKKO_FESTIVAL_PORT: `${port}` },
      ...(onOutput && { onOutput }),
    })
    return explained(exitCode, () => playwrightCounts(readText(report)))
  })
}
