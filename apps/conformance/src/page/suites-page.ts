import { runSuites } from '../run-suites.js'
import type { SuiteResult } from '../suite.js'
import { browserPlatform } from './browser-platform.js'

/** The whole run, on the page's side. */
export async function runSuitesHere(files: Readonly<Record<string, string>>): Promise<SuiteResult[]> {
  return runSuites(files, await browserPlatform())
}
