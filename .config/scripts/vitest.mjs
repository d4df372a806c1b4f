import { join } from 'node:path'
import { runNode } from './command.mjs'
import { withTemporary } from './temporary.mjs'

/**
 * Runs Vitest, which leaves a report for `read`.
 * @template Result
 * @param {string[]} args
 * @param {(exitCode: number, reportFile: string) => Result} read
 * @param {Parameters<typeof runNode>[2]} [options]
 * @returns {Promise<Result>}
 */
export function runVitest(args, read, options) {
  return withTemporary(async (folder, temporary) => {
    const report = join(folder, 'vitest.json')
    const reporting = ['--reporter=json', `--outputFile.json=${report}`]
    const env = { ...(options?.env ?? process.env), ...temporary }
    const exitCode = await runNode('node_modules/vitest/vitest.mjs', ['run', ...args, ...reporting], {
      ...options,
      env,
    })
    return read(exitCode, report)
  })
}
