import { buildPackages } from './build.mjs'
import { main } from './command.mjs'
import { close, readText } from './counts.mjs'
import { ensureDependencies, ensureReference } from './dependencies.mjs'
import { duration } from './parts.mjs'
import { drawSeeds } from './seeds.mjs'
import { checkNames, filesOf, propertyFiles } from './test-files.mjs'
import { argumentsOf, FailedSeeds, nextSeeds, readRound } from './torture-rounds.mjs'
import { runVitest } from './vitest.mjs'

/** Properties say their seed in their name; the tests beside them need no torture. */
const PROPERTIES = '\\(seed \\d+\\)'

/** `npm run torture -- [--minutes N] [NAME…]`: properties with new seeds, round after round. Ctrl-C ends it early. */
await main(async () => {
  const { minutes, names } = argumentsOf(process.argv.slice(2))
  const files = propertyFiles()
  checkNames(files, names)
  const tortured = filesOf(files, names)
  await ensureDependencies()
  await ensureReference()
  await buildPackages()

  const isOver = stopping()
  const end = Date.now() + minutes * 60_000
  const failed = new FailedSeeds()
  let passed = 0
  for (let count = 1; Date.now() < end && !isOver(); ) {
    const began = Date.now()
    const round = await roundOf(tortured, drawSeeds(count))
    if (isOver()) break
    passed += round.passed
    for (const line of [...round.told, ...failed.add(round.failures)]) console.log(line)
    const ms = Date.now() - began
    console.log(
      `${counted(tortured.length, 'file')}, ${counted(count, 'new seed')} each: ${round.passed} passed, ` +
        `${round.failures.length} failed in ${duration(ms)}; ${counted(minutesUntil(end), 'minute')} left.`,
    )
    count = nextSeeds(count, ms, end - Date.now())
  }
  return close({ passed, failed: failed.count, failures: failed.lines })
})

/** @param {readonly string[]} files @param {readonly number[]} seeds */
function roundOf(files, seeds) {
  return runVitest(
    ['--config', 'vitest.workspace.ts', '--project=!browser*', '--testNamePattern', PROPERTIES, ...files],
    (exitCode, report) => readRound(exitCode, () => readText(report)),
    { env: { ...process.env, SEED: seeds.join() }, isQuiet: true },
  )
}

/** @param {number} end */
function minutesUntil(end) {
  return Math.max(0, Math.ceil((end - Date.now()) / 60_000))
}

/** @param {number} count @param {string} noun */
function counted(count, noun) {
  return `${count} ${noun}${count === 1 ? '' : 's'}`
}

/** Whether Ctrl-C was pressed, which ends the round too: what was found until then is still told. */
function stopping() {
  let isOver = false
  process.once('SIGINT', () => {
    isOver = true
  })
  return () => isOver
}
