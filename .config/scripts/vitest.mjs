import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { runNode } from './command.mjs'

/**
 * Runs Vitest, which leaves a report for `read`.
 * @template Result
 * @param {string[]} args
 * @param {(exitCode: number, reportFile: string) => Result} read
 * @param {Parameters<typeof runNode>[2]} [options]
 * @returns {Promise<Result>}
 */
export async function runVitest(args, read, options) {
  const reports = mkdtempSync(join(tmpdir(), 'rakko-reports-'))
  try {
    const report = join(reports, 'vitest.json')
    const reporting = ['--reporter=json', `--outputFile.json=${report}`]
    const exitCode = await runNode('node_modules/vitest/vitest.mjs', ['run', ...args, ...reporting], options)
    return read(exitCode, report)
  } finally {
    rmSync(reports, { recursive: true, force: true })
  }
}
