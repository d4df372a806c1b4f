import { writeFileSync } from 'node:fs'
import type { SuiteResult } from './suite.js'

export interface Counts {
  readonly passed: number
  readonly failed: number
  /** Names of the suites with failures. */
  readonly failures: readonly string[]
}

const SHOWN_FAILURES = 20

/** A line for each suite, then what failed in it. */
export function printResults(results: readonly SuiteResult[]): Counts {
  let passed = 0
  let failed = 0
  for (const result of results) {
    const { failures } = result
    passed += result.passed
    failed += failures.length
    console.log(`${result.platform}: ${result.suite}: ${result.passed} passed, ${failures.length} failed`)
    for (const failure of failures.slice(0, SHOWN_FAILURES)) console.log(`    ${failure}`)
    if (failures.length > SHOWN_FAILURES) console.log(`    … and ${failures.length - SHOWN_FAILURES} more`)
  }
  const broken = results.filter(({ failures }) => failures.length > 0)
  return { passed, failed, failures: broken.map(({ platform, suite }) => `${platform}: ${suite}`) }
}

/**
 * Prints the closing line, leaves the counts in the file that RAKKO_COUNTS names (for a run that sums several), and
 * returns the exit code.
 */
export function closeWith(counts: Counts): number {
  const file = process.env.RAKKO_COUNTS
  if (file !== undefined && file !== '') writeFileSync(file, JSON.stringify(counts))
  console.log(`${counts.passed} passed, ${counts.failed} failed`)
  return counts.failed === 0 ? 0 : 1
}
