import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { isAbsolute, relative } from 'node:path'
import { stripVTControlCharacters } from 'node:util'

/** Of an error so much is told beside what failed. */
const MOST_REASON_CHARS = 300

/**
 * `failures` names what failed, as far as it has names, and says why. Each is one line.
 * @typedef {{ passed: number, failed: number, failures: string[] }} Counts
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
    failures: all.flatMap(({ failures }) => failures),
  }
}

/** @param {Pick<Counts, 'passed' | 'failed'>} counts */
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
  /**
   * @type {{ name: string, status: string, message?: string,
   *   assertionResults: { fullName: string, status: string, failureMessages?: string[] }[] }[]}
   */
  const files = report.testResults
  const broken = files.filter((file) => file.status === 'failed' && file.assertionResults.length === 0)
  const left = count(report.numPendingTests) + count(report.numTodoTests)
  const tests = files.flatMap(({ name, assertionResults }) => assertionResults.map((test) => ({ ...test, file: name })))
  return {
    passed: count(report.numPassedTests),
    failed: count(report.numFailedTests) + left + broken.length,
    failures: [
      ...tests
        .filter(({ status }) => status !== 'passed')
        .map(({ file, fullName, failureMessages }) => withReason(nameOf(file, fullName), failureMessages?.[0])),
      ...broken.map(({ name, message }) => withReason(nameOf(name), message)),
    ],
  }
}

/**
 * Counts of Playwright's JSON report. A flaky or a skipped test has failed; an error outside every test counts once.
 * @param {string} json
 * @returns {Counts}
 */
export function playwrightCounts(json) {
  const { stats, errors, suites } = JSON.parse(json)
  return {
    passed: count(stats.expected),
    failed: count(stats.unexpected) + count(stats.flaky) + count(stats.skipped) + errors.length,
    failures: [
      ...suites.flatMap(failedSpecs),
      ...errors.map((/** @type {{ message?: string }} */ { message }) => withReason('outside of every test', message)),
    ],
  }
}

/**
 * @typedef {{ error?: { message?: string } }} Result of one try
 * @typedef {{ title: string, file: string, tests: { projectName: string, status: string, results: Result[] }[] }} Spec
 * @typedef {{ specs: Spec[], suites?: Suite[] }} Suite
 * @param {Suite} suite
 * @returns {string[]}
 */
function failedSpecs({ specs, suites = [] }) {
  const own = specs.flatMap(({ title, file, tests }) =>
    tests
      .filter(({ status }) => status !== 'expected')
      .map(({ projectName, status, results }) =>
        withReason(
          nameOf(file, `${title} [${projectName}, ${status}]`),
          results.find(({ error }) => error !== undefined)?.error?.message,
        ),
      ),
  )
  return [...own, ...suites.flatMap(failedSpecs)]
}

/** @param {string} file @param {string} [test] */
function nameOf(file, test) {
  const shown = relativePath(file)
  return test === undefined ? shown : `${shown} > ${test}`
}

/**
 * A log may have lost its middle, where the whole error stood. So the error's first lines, without the stack, become
 * part of the line that names the failure.
 * @param {string} name
 * @param {string} [error] as a report has it
 */
function withReason(name, error = '') {
  const [words = ''] = stripVTControlCharacters(error).split(/\n\s+at /)
  const reason = words.replace(/\s+/g, ' ').trim()
  if (reason === '') return name
  const isLong = reason.length > MOST_REASON_CHARS
  return `${name}: ${isLong ? `${reason.slice(0, MOST_REASON_CHARS - 1)}…` : reason}`
}

/** @param {string} file as a report names it */
export function relativePath(file) {
  return isAbsolute(file) ? relative(process.cwd(), file) : file
}

/**
 * What a runner counted, held against how it ended. A report that is missing is one failure more. So is an exit code
 * that no counted failure explains.
 * @param {number} exitCode
 * @param {() => Counts} read throws where there is no report
 * @returns {Counts}
 */
export function explained(exitCode, read) {
  let counts
  try {
    counts = read()
  } catch (error) {
    return { passed: 0, failed: 1, failures: [`no report: ${error instanceof Error ? error.message : error}`] }
  }
  if (exitCode === 0 || counts.failed > 0) return counts
  return { ...counts, failed: 1, failures: [`exit code ${exitCode}, which no failure explains`] }
}

/**
 * Reads counts that `leaveCounts` wrote.
 * @param {string} file
 * @returns {Counts}
 */
export function readCounts(file) {
  const { passed, failed, failures } = JSON.parse(readFileSync(file, 'utf8'))
  if (!Array.isArray(failures)) throw new Error('no list of failures')
  return { passed: count(passed), failed: count(failed), failures: failures.map(String) }
}

/**
 * Prints what failed and the closing line, and leaves the counts in the file that RAKKO_COUNTS names, if it names one.
 * @param {Counts} counts
 * @returns {number} the exit code that goes with them
 */
export function close(counts) {
  if (process.env.RAKKO_COUNTS) writeFileSync(process.env.RAKKO_COUNTS, JSON.stringify(counts))
  for (const failure of counts.failures) console.log(`failed: ${failure}`)
  console.log(closingLine(counts))
  return counts.failed === 0 ? 0 : 1
}

/** @param {string} file */
export function readText(file) {
  if (!existsSync(file)) throw new Error(`${file} is missing`)
  return readFileSync(file, 'utf8')
}
