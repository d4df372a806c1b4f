import { statSync } from 'node:fs'

/** Bits of those who are not the file's owner. */
const OTHERS = 0o077

/**
 * The mode of a file that others than its owner may read or change, as `chmod` takes it: `644`. Undefined where none
 * may, where there is no file, and on Windows, which has no such modes.
 */
export function exposedMode(path: string): string | undefined {
  if (process.platform === 'win32') return undefined
  const mode = statSync(path, { throwIfNoEntry: false })?.mode ?? 0
  return (mode & OTHERS) === 0 ? undefined : (mode & 0o777).toString(8)
}
