import { mkdirSync, statSync } from 'node:fs'
import { dirname } from 'node:path'

const MODE = 0o700

/** Makes a directory and the parents that are missing. Node's own recursive `mkdirSync` never ends below `/proc`. */
export function makeDirectory(path: string): void {
  const missing: string[] = []
  for (let folder = path; !isThere(folder); folder = dirname(folder)) {
    missing.unshift(folder)
    if (folder === dirname(folder)) break
  }
  for (const folder of missing) makeOne(folder)
}

function isThere(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false }) !== undefined
}

/** Another process may have made it meanwhile. */
function makeOne(folder: string): void {
  try {
    mkdirSync(folder, { mode: MODE })
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error
  }
}
