import { existsSync, readFileSync, writeFileSync } from 'node:fs'

/**
 * @typedef {{ passed: number, failed: number }} Counts
 */

/**
 * Adds counts up.
 * @param {readonly Counts[]} all
 * @returns {Counts}
 */
export function sum(all) {
  return {
    passed: all.reduce((total, counts) => total + counts.passed, 0),
    failed: all.reduce((total, counts) => total + counts.failed, 0),
  }
}

/** @param {Counts} counts */
export function closingLine({ passed, failed }) {
  return `${passed} passed, ${failed} failed`
}

/** @param {unknown} value @returns {number} */
function count(value) {
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return value
  throw new Error(`not a count: ${JSON.stringify(value)}`)
}

/**
 * Counts of Vitest's JSON report. A test that did not run has failed: nothing is skipped here. A file that broke before
 * its first test counts once.
 * @param {string} json
 * @returns {Counts}
 */
export function vitestCounts(json) {
  const report = JSON.parse(json)
  /** @type {{ status: string, assertionResults: unknown[] }[]} */
  const files = report.testResults
  const broken = files.filter((file) => file.status === 'failed' && file.assertionResults.length === 0).length
  const left = count(report.numPendingTests) + count(report.numTodoTests)
  return { passed: count(report.numPassedTests), failed: count(report.numFailedTests) + left + broken }
}

/**
 * Counts of Playwright's JSON report. A flaky or a skipped test has failed; an error outside every test counts once.
 * @param {string} json
 * @returns {Counts}
 */
export function playwrightCounts(json) {
  const { stats, errors } = JSON.parse(json)
  return {
    passed: count(stats.expected),
    failed: count(stats.unexpected) + count(stats.flaky) + count(stats.skipped) + errors.length,
  }
}

/**
 * What a runner counted, held against how it ended: a report that is missing, or an exit code that no counted failure
 * explains, is one failure more.
 * @param {number} exitCode
 * @param {() => Counts} read throws where there is no report
 * @returns {Counts}
 */
export function settle(exitCode, read) {
  let counts
  try {
    counts = read()
  } catch {
    return { passed: 0, failed: 1 }
  }
  return exitCode !== 0 && counts.failed === 0 ? { ...counts, failed: 1 } : counts
}

/**
 * Reads counts that `leaveCounts` wrote.
 * @param {string} file
 * @returns {Counts}
 */
export function readCounts(file) {
  const { passed, failed } = JSON.parse(readFileSync(file, 'utf8'))
  return { passed: count(passed), failed: count(failed) }
}

/**
 * Prints the closing line, and leaves the counts in the file that RAKKO_COUNTS names, if it names one.
 * @param {Counts} counts
 * @returns {number} the exit code that goes with them
 */
export function close(counts) {
  if (process.env.RAKKO_COUNTS) writeFileSync(process.env.RAKKO_COUNTS, JSON.stringify(counts))
  console.log(closingLine(counts))
  return counts.failed === 0 ? 0 : 1
}

/** @param {string} file */
export function readText(file) {
  if (!existsSync(file)) throw new Error(`${file} is missing`)
  return readFileSync(file, 'utf8')
}
