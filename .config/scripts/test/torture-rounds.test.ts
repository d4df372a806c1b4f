import { join } from 'node:path'
import { expect, test } from 'vitest'
import { ROOT } from '../command.mjs'
import { argumentsOf, FailedSeeds, nextSeeds, readRound } from '../torture-rounds.mjs'

const FILE = 'packages/store/test/write-cache-property.test.ts'

const report = (...files: object[]) => JSON.stringify({ testResults: files })
const ran = (fullName: string, status: string, ...failureMessages: string[]) => ({ fullName, status, failureMessages })

test('torture takes minutes and names, and refuses what is neither', () => {
  expect(argumentsOf([])).toEqual({ minutes: 30, names: [] })
  expect(argumentsOf(['recall', '--minutes', '0.5', 'live'])).toEqual({ minutes: 0.5, names: ['recall', 'live'] })
  for (const text of ['0', '-1', 'soon', 'Infinity', '']) {
    expect(() => argumentsOf(['--minutes', text])).toThrow(
      `--minutes has to be a number above 0, got ${JSON.stringify(text)}.`,
    )
  }
  expect(() => argumentsOf(['--minutes'])).toThrow('--minutes has to be a number above 0, got "".')
  expect(() => argumentsOf(['--seed'])).toThrow('There is no option --seed: expected --minutes N or names of files.')
})

test('rounds grow to about a minute, end near the end, and try one seed at least', () => {
  expect(nextSeeds(1, 5_000, 600_000)).toBe(12)
  expect(nextSeeds(12, 90_000, 600_000)).toBe(8)
  expect(nextSeeds(12, 60_000, 10_000)).toBe(2)
  expect(nextSeeds(1, 300_000, 600_000)).toBe(1)
  expect(nextSeeds(1, 60_000, -5)).toBe(1)
  expect(nextSeeds(40, 1_000, 600_000)).toBe(50)
})

test('a round counts what passed, and names each seed that failed, also one of a whole group', () => {
  const round = readRound(1, () =>
    report({
      name: join(ROOT, FILE),
      status: 'failed',
      message: '',
      assertionResults: [
        { ...ran('one (seed 7)', 'passed'), meta: { told: '7 pages' } },
        ran('one (seed 8)', 'failed', 'expected 1 to be 2'),
        ran('pages (seed 9) go on', 'failed', 'expected 3 to be 4'),
        ran('no property', 'skipped'),
      ],
    }),
  )
  expect(round).toEqual({
    passed: 1,
    failures: [
      { file: FILE, name: 'one (seed 8)', seed: '8', message: 'expected 1 to be 2' },
      { file: FILE, name: 'pages (seed 9) go on', seed: '9', message: 'expected 3 to be 4' },
    ],
    told: ['7 pages'],
  })
})

test('a file that breaks, an exit code that nothing explains and a missing report are failures', () => {
  const broken = { name: join(ROOT, FILE), status: 'failed', message: 'no such module', assertionResults: [] }
  expect(readRound(1, () => report(broken)).failures).toEqual([
    { file: FILE, name: 'runs', seed: undefined, message: 'no such module' },
  ])
  expect(readRound(1, () => report()).failures).toMatchObject([{ name: 'ends well', message: 'exit code 1' }])
  expect(readRound(0, () => report())).toEqual({ passed: 0, failures: [], told: [] })
  const missing = readRound(0, () => {
    throw new Error('vitest.json is missing')
  })
  expect(missing.failures).toMatchObject([{ name: 'ends with a report', message: 'vitest.json is missing' }])
})

test('a failed seed is told with its replay; of a property that fails with all of them, three', () => {
  const failed = new FailedSeeds()
  const failures = [1, 2, 3, 4].map((seed) => ({
    file: FILE,
    name: `one (seed ${seed})`,
    seed: `${seed}`,
    message: 'no\nyes\n    at file.ts:1:1\n    at run (/node_modules/vitest/a.js:1:1)',
  }))
  expect(failed.add(failures.slice(0, 1))).toEqual([
    `failed: ${FILE} > one`,
    '    no\n    yes\n        at file.ts:1:1',
    `  replay: SEED=1 npm test -- ${FILE}`,
  ])
  expect(failed.add(failures.slice(1))).toHaveLength(6)
  expect(failed.add([{ file: FILE, name: 'runs', seed: undefined, message: '' }]).at(-1)).toBe(
    `  replay: npm test -- ${FILE}`,
  )
  expect(failed.count).toBe(5)
  expect(failed.lines).toEqual([
    ...[1, 2, 3].map((seed) => `${FILE} > one, replayed by SEED=${seed} npm test -- ${FILE}`),
    `${FILE} > runs, replayed by npm test -- ${FILE}`,
  ])
})
