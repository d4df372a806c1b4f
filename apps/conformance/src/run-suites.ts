import type { Case, Platform, SuiteResult } from './suite.js'
import { SUITES } from './suites/index.js'

/**
 * Runs the files of a folder, here. Each of these is one failure: a file that is no suite, a suite without its file,
 * and a file that is not what it should be.
 * @param files texts by their paths in the folder
 */
export async function runSuites(files: Readonly<Record<string, string>>, platform: Platform): Promise<SuiteResult[]> {
  const paths = [...new Set([...Object.keys(SUITES), ...Object.keys(files)])].sort()
  const results = await Promise.all(paths.map((path) => runSuite(path, files[path], platform)))
  return results.flat()
}

async function runSuite(path: string, text: string | undefined, platform: Platform): Promise<SuiteResult[]> {
  const suite = SUITES[path]
  const broken = (reason: string): SuiteResult[] => [
    { suite: path, platform: platform.name, passed: 0, failures: [reason] },
  ]
  if (suite === undefined) return broken('no suite is known for this file')
  if (text === undefined) return broken('the file is missing')
  let cases: readonly Case[]
  try {
    cases = suite(text, platform)
  } catch (error) {
    return broken(`malformed: ${messageOf(error)}`)
  }
  if (cases.length === 0) return broken('no cases')
  return runByBackend(path, cases, platform)
}

async function runByBackend(path: string, cases: readonly Case[], platform: Platform): Promise<SuiteResult[]> {
  const results: SuiteResult[] = []
  for (const backend of new Set(cases.map((test) => test.backend))) {
    const own = cases.filter((test) => test.backend === backend)
    const failures: string[] = []
    for (const test of own) {
      try {
        await test.check()
      } catch (error) {
        failures.push(`${test.name}: ${messageOf(error)}`)
      }
    }
    const suite = backend === undefined ? path : `${path}, ${backend}`
    results.push({ suite, platform: platform.name, passed: own.length - failures.length, failures })
  }
  return results
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
