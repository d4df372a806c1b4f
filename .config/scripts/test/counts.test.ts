import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { explained, playwrightCounts, readCounts, readText, sum, vitestCounts } from '../counts.mjs'

const folders: string[] = []
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true })
})

function fileWith(text: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'rakko-counts-'))
  folders.push(folder)
  writeFileSync(join(folder, 'counts.json'), text)
  return join(folder, 'counts.json')
}

const vitestReport = {
  numPassedTests: 5,
  numFailedTests: 1,
  numPendingTests: 0,
  numTodoTests: 0,
  testResults: [
    { name: '/somewhere/a.test.ts', status: 'passed', assertionResults: Array(5).fill({ status: 'passed' }) },
    {
      name: join(process.cwd(), 'packages/b.test.ts'),
      status: 'failed',
      assertionResults: [{ status: 'failed', fullName: 'adds up' }],
    },
  ],
}

test('Vitest’s passed and failed tests are counted', () => {
  expect(vitestCounts(JSON.stringify(vitestReport))).toEqual({
    passed: 5,
    failed: 1,
    failures: ['packages/b.test.ts > adds up'],
  })
})

test('a skipped test, a todo and a file that broke before its first test each count as a failure', () => {
  const broken = { name: 'broken.test.ts', status: 'failed', assertionResults: [] }
  const skipped = ['skipped', 'skipped', 'todo'].map((status) => ({ status, fullName: `is ${status}` }))
  const report = {
    ...vitestReport,
    numPendingTests: 2,
    numTodoTests: 1,
    testResults: [
      ...vitestReport.testResults,
      broken,
      { name: 'c.test.ts', status: 'passed', assertionResults: skipped },
    ],
  }
  expect(vitestCounts(JSON.stringify(report))).toEqual({
    passed: 5,
    failed: 5,
    failures: [
      'packages/b.test.ts > adds up',
      'c.test.ts > is skipped',
      'c.test.ts > is skipped',
      'c.test.ts > is todo',
      'broken.test.ts',
    ],
  })
})

test('a failure tells the first lines of its error: in one line, without colours and stack, and not too long', () => {
  const messages = [
    '\u001b[31mAssertionError\u001b[39m: expected 3 to be 4\n\n- 4\n+ 3\n    at /somewhere/a.test.ts:3:1\n    at run (b.js:1:1)',
    `Error: ${'long '.repeat(100)}`,
    '    at nowhere (a.ts:1:1)',
  ]
  const report = {
    ...vitestReport,
    testResults: [
      {
        name: 'a.test.ts',
        status: 'failed',
        assertionResults: messages.map((message) => ({
          status: 'failed',
          fullName: 'adds up',
          failureMessages: [message, 'Error: another'],
        })),
      },
      { name: 'b.test.ts', status: 'failed', message: "Cannot find module 'c'", assertionResults: [] },
    ],
  }
  expect(vitestCounts(JSON.stringify(report)).failures).toEqual([
    'a.test.ts > adds up: AssertionError: expected 3 to be 4 - 4 + 3',
    `a.test.ts > adds up: ${`Error: ${'long '.repeat(100)}`.slice(0, 299)}…`,
    'a.test.ts > adds up: at nowhere (a.ts:1:1)',
    "b.test.ts: Cannot find module 'c'",
  ])
})

test('Playwright’s own report is read: failed, flaky and skipped tests, and an error outside of every test', () => {
  const folder = mkdtempSync(join(process.cwd(), 'node_modules', '.playwright-report-'))
  folders.push(folder)
  const cli = join(process.cwd(), 'node_modules/@playwright/test/cli.js')
  const report = join(folder, 'report.json')
  const files = {
    'a.spec.mjs': `
      import { expect, test } from '@playwright/test'
      test('holds', () => {})
      test.describe('a group', () => {
        test('breaks', () => expect(3, 'a number').toBe(4))
        test('wavers', ({}, { retry }) => { if (retry === 0) throw new Error('not yet') })
      })
      test.skip('rests', () => {})`,
    'after.mjs': `export default () => { throw new Error('no page') }`,
    'playwright.config.mjs': `
      export default { testDir: '.', retries: 1, globalTeardown: './after.mjs', projects: [{ name: 'phone' }] }`,
  }
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text)
  const env = { ...process.env, PLAYWRIGHT_JSON_OUTPUT_FILE: report, CI: '', FORCE_COLOR: '1' }
  spawnSync(process.execPath, [cli, 'test', '--reporter=json', '--config', folder], { env, cwd: folder })

  expect(playwrightCounts(readText(report))).toEqual({
    passed: 1,
    failed: 4,
    failures: [
      'a.spec.mjs > rests [phone, skipped]',
      'a.spec.mjs > breaks [phone, unexpected]: Error: a number expect(received).toBe(expected) // Object.is equality Expected: 4 Received: 3',
      'a.spec.mjs > wavers [phone, flaky]: Error: not yet',
      'outside of every test: Error: no page',
    ],
  })
})

test('a report without its numbers is refused rather than read as nothing failed', () => {
  expect(() => vitestCounts('{}')).toThrow()
  expect(() => playwrightCounts('{"stats":{},"errors":[],"suites":[]}')).toThrow('not a count')
  expect(() => readCounts(fileWith('{"passed":-1,"failed":0,"failures":[]}'))).toThrow('not a count')
  expect(() => readCounts(fileWith('{"passed":"3","failed":0,"failures":[]}'))).toThrow('not a count')
  expect(() => readCounts(fileWith('{"passed":3,"failed":0}'))).toThrow('no list of failures')
})

test('a crashed runner is a failure: no report, a torn report, or an exit code that no failure explains', () => {
  const unread = { passed: 0, failed: 1, failures: [expect.stringContaining('no report')] }
  expect(explained(0, () => readCounts('/nowhere/counts.json'))).toEqual(unread)
  expect(explained(0, () => readCounts(fileWith('{"passed":3,')))).toEqual(unread)
  expect(explained(137, () => ({ passed: 3, failed: 0, failures: [] }))).toEqual({
    passed: 3,
    failed: 1,
    failures: ['exit code 137, which no failure explains'],
  })
})

test('failures that a report counted stand, whatever the exit code', () => {
  const counts = { passed: 3, failed: 2, failures: ['one', 'other'] }
  expect(explained(1, () => counts)).toEqual(counts)
  expect(explained(0, () => counts)).toEqual(counts)
  expect(explained(0, () => readCounts(fileWith(JSON.stringify(counts))))).toEqual(counts)
})

test('counts of several runners add up', () => {
  expect(sum([])).toEqual({ passed: 0, failed: 0, failures: [] })
  expect(
    sum([
      { passed: 3, failed: 1, failures: ['one'] },
      { passed: 4, failed: 0, failures: [] },
    ]),
  ).toEqual({ passed: 7, failed: 1, failures: ['one'] })
})
