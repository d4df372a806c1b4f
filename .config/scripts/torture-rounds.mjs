import { Complaint, ROOT } from './command.mjs'
import { relativePath } from './counts.mjs'

export const DEFAULT_MINUTES = 30

/**
 * About so long a round lasts: starting a file costs less than what it then does, and the end is near what was asked.
 */
const ROUND_MS = 60_000
const MOST_SEEDS = 50
/** So many failures of one property are shown: one that fails with every seed does not hide the others. */
const MOST_SHOWN = 3

/**
 * @param {readonly string[]} args
 * @returns {{ minutes: number, names: string[] }}
 * @throws {Complaint}
 */
export function argumentsOf(args) {
  const names = [...args]
  const at = names.indexOf('--minutes')
  const [, text = ''] = at < 0 ? [] : names.splice(at, 2)
  const minutes = at < 0 ? DEFAULT_MINUTES : Number(text)
  if (!(minutes > 0) || !Number.isFinite(minutes)) {
    throw new Complaint(`--minutes has to be a number above 0, got ${JSON.stringify(text)}.`)
  }
  const option = names.find((name) => name.startsWith('-'))
  if (option !== undefined) throw new Complaint(`There is no option ${option}: expected --minutes N or names of files.`)
  return { minutes, names }
}

/**
 * How many seeds the next round tries.
 * @param {number} count those of the last round
 * @param {number} ms that it took
 * @param {number} msLeft until the end
 */
export function nextSeeds(count, ms, msLeft) {
  const fitting = Math.floor((count * Math.min(ROUND_MS, msLeft)) / ms)
  return Math.max(1, Math.min(MOST_SEEDS, fitting))
}

/**
 * A seed is undefined where a file broke before its tests.
 * @typedef {{ file: string, name: string, seed: string | undefined, message: string }} Failure
 */

/**
 * What a round found, from Vitest's JSON report. Tests that are no properties did not run.
 * @param {number} exitCode
 * @param {() => string} read throws where there is no report
 * @returns {{ passed: number, failures: Failure[], told: string[] }} `told`: what properties found out about their seeds
 */
export function readRound(exitCode, read) {
  /**
   * @type {{ name: string, status: string, message: string,
   *   assertionResults: { fullName: string, status: string, failureMessages: string[],
   *     meta?: { told?: string } }[] }[]}
   */
  let files
  try {
    files = JSON.parse(read()).testResults
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error)
    return { passed: 0, failures: [{ file: 'vitest', name: 'ends with a report', seed: undefined, message }], told: [] }
  }
  const tests = files.flatMap(({ name: file, assertionResults }) => assertionResults.map((test) => ({ file, ...test })))
  const failures = tests
    .filter(({ status }) => status === 'failed')
    .map(({ file, fullName, failureMessages }) => ({
      file: relativePath(file),
      name: fullName,
      seed: /\(seed (\d+)\)/.exec(fullName)?.[1],
      message: failureMessages[0] ?? '',
    }))
  const broken = files
    .filter(
      ({ status, assertionResults }) =>
        status === 'failed' && assertionResults.every((test) => test.status !== 'failed'),
    )
    .map(({ name, message }) => ({ file: relativePath(name), name: 'runs', seed: undefined, message }))
  const passed = tests.filter(({ status }) => status === 'passed').length
  const all = [...failures, ...broken]
  if (exitCode !== 0 && all.length === 0) {
    all.push({ file: 'vitest', name: 'ends well', seed: undefined, message: `exit code ${exitCode}` })
  }
  return { passed, failures: all, told: tests.flatMap(({ meta }) => meta?.told ?? []) }
}

/** What failed in all rounds, property by property. */
export class FailedSeeds {
  /** @type {string[]} */
  lines = []
  count = 0
  /** @type {Map<string, number>} */
  #shown = new Map()

  /**
   * @param {readonly Failure[]} failures
   * @returns {string[]} what to tell of them now
   */
  add(failures) {
    this.count += failures.length
    return failures.flatMap(({ file, name, seed, message }) => {
      const property = `${file} > ${name.replace(/ \(seed \d+\)/, '')}`
      const shown = this.#shown.get(property) ?? 0
      this.#shown.set(property, shown + 1)
      if (shown >= MOST_SHOWN) return []
      const replay = seed === undefined ? `npm test -- ${file}` : `SEED=${seed} npm test -- ${file}`
      this.lines.push(`${property}, replayed by ${replay}`)
      return [`failed: ${property}`, indented(message), `  replay: ${replay}`]
    })
  }
}

/** @param {string} message with its stack, of which the runner's own calls are left out */
function indented(message) {
  return message
    .replaceAll(`${ROOT}/`, '')
    .split('\n')
    .filter((line) => !/^ +at .*(node_modules|<anonymous>)/.test(line))
    .map((line) => `    ${line}`)
    .join('\n')
}
