/** `npm run conformance -- --suites DIR`: public suites from a folder, in Node and in Chromium. */
import { parseArgs } from 'node:util'
import { runInChromium } from './chromium.js'
import { closeWith, printResults } from './report.js'
import { runSuites } from './run-suites.js'
import type { SuiteResult } from './suite.js'
import { readSuiteFiles } from './suite-files.js'

const USAGE = 'Usage: npm run conformance -- --suites DIR'

process.exitCode = await main()

async function main(): Promise<number> {
  const folder = suitesFolder()
  if (folder === undefined) return 2
  let files: Record<string, string>
  try {
    files = readSuiteFiles(folder)
  } catch (error) {
    console.log(`${folder} cannot be read: ${error instanceof Error ? error.message : error}`)
    return closeWith({ passed: 0, failed: 1, failures: [folder] })
  }
  const { nodePlatform } = await import('./node-platform.js')
  const inNode = printResults(await runSuites(files, await nodePlatform()))
  const inChromium = printResults(await resultsOfChromium(files))
  return closeWith({
    passed: inNode.passed + inChromium.passed,
    failed: inNode.failed + inChromium.failed,
    failures: [...inNode.failures, ...inChromium.failures],
  })
}

function suitesFolder(): string | undefined {
  try {
    const { values } = parseArgs({ options: { suites: { type: 'string' } } })
    if (values.suites !== undefined) return values.suites
    console.error(USAGE)
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : error}\n${USAGE}`)
  }
  return undefined
}

/** A browser that does not start is a failure as well. */
async function resultsOfChromium(files: Record<string, string>): Promise<SuiteResult[]> {
  try {
    return await runInChromium(files)
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    return [{ suite: 'all', platform: 'Chromium', passed: 0, failures: [reason] }]
  }
}
