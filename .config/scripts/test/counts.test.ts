import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { playwrightCounts, readCounts, settle, sum, vitestCounts } from '../counts.mjs'

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
    { status: 'passed', assertionResults: [{}, {}, {}, {}, {}] },
    { status: 'failed', assertionResults: [{}] },
  ],
}

test('Vitest’s passed and failed tests are counted', () => {
  expect(vitestCounts(JSON.stringify(vitestReport))).toEqual({ passed: 5, failed: 1 })
})

test('a skipped test, a todo and a file that broke before its first test each count as a failure', () => {
  const broken = { status: 'failed', assertionResults: [] }
  const report = {
    ...vitestReport,
    numPendingTests: 2,
    numTodoTests: 1,
    testResults: [...vitestReport.testResults, broken],
  }
  expect(vitestCounts(JSON.stringify(report))).toEqual({ passed: 5, failed: 5 })
})

test('Playwright’s flaky and skipped tests and its errors outside tests count as failures', () => {
  const clean = { stats: { expected: 7, unexpected: 0, flaky: 0, skipped: 0 }, errors: [] }
  expect(playwrightCounts(JSON.stringify(clean))).toEqual({ passed: 7, failed: 0 })
  const bad = { stats: { expected: 7, unexpected: 1, flaky: 2, skipped: 3 }, errors: [{ message: 'no server' }] }
  expect(playwrightCounts(JSON.stringify(bad))).toEqual({ passed: 7, failed: 7 })
})

test('a report without its numbers is refused rather than read as nothing failed', () => {
  expect(() => vitestCounts('{}')).toThrow()
  expect(() => playwrightCounts('{"stats":{},"errors":[]}')).toThrow('not a count')
  expect(() => readCounts(fileWith('{"passed":-1,"failed":0}'))).toThrow('not a count')
  expect(() => readCounts(fileWith('{"passed":"3","failed":0}'))).toThrow('not a count')
})

test('a crashed runner is a failure: no report, a torn report, or an exit code that no failure explains', () => {
  expect(settle(0, () => readCounts('/nowhere/counts.json'))).toEqual({ passed: 0, failed: 1 })
  expect(settle(0, () => readCounts(fileWith('{"passed":3,')))).toEqual({ passed: 0, failed: 1 })
  expect(settle(137, () => ({ passed: 3, failed: 0 }))).toEqual({ passed: 3, failed: 1 })
})

test('failures that a report counted stand, whatever the exit code', () => {
  expect(settle(1, () => ({ passed: 3, failed: 2 }))).toEqual({ passed: 3, failed: 2 })
  expect(settle(0, () => ({ passed: 3, failed: 2 }))).toEqual({ passed: 3, failed: 2 })
  expect(settle(0, () => readCounts(fileWith('{"passed":3,"failed":0}')))).toEqual({ passed: 3, failed: 0 })
})

test('counts of several runners add up', () => {
  expect(sum([])).toEqual({ passed: 0, failed: 0 })
  expect(
    sum([
      { passed: 3, failed: 1 },
      { passed: 4, failed: 0 },
    ]),
  ).toEqual({ passed: 7, failed: 1 })
})
