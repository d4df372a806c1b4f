import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/**
 * Runs something with a folder for all its temporary files. The folder is removed whatever comes of it: tests that fail
 * leave theirs behind, and so do browsers and runners that are killed.
 * @template Result
 * @param {(folder: string, env: NodeJS.ProcessEnv) => Promise<Result>} run with what tells a process of the folder
 * @returns {Promise<Result>}
 */
export async function withTemporary(run) {
  // A short name: the paths of sockets in it are bounded.
  const folder = mkdtempSync(join(tmpdir(), 'rakko-'))
  try {
    return await run(folder, { TMPDIR: folder, TMP: folder, TEMP: folder })
  } finally {
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
  }
}
