import { rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/**
 * Where the Chromium of a project's tests keeps what pages store, until this process ends. A context without a profile
 * is a private window: each read and write of a file goes through the browser's process, which takes a fifth of the
 * tests' time. Who visits an app has a profile.
 */
export function chromiumProfile(project: string): string {
  const folder = join(tmpdir(), `rakko-chromium-${process.pid}-${project}`)
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }))
  return folder
}
