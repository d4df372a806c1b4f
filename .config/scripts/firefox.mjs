import { delimiter, join } from 'node:path'
import { Complaint, outputOf, run } from './command.mjs'

const NAMES = ['firefox-esr', 'firefox']

/**
 * A Firefox of the system.
 * @returns {string} its path
 * @throws {Complaint}
 */
export function findFirefox() {
  const places = (process.env.PATH ?? '').split(delimiter).flatMap((folder) => NAMES.map((name) => join(folder, name)))
  const found = places.find((path) => outputOf(path, ['--version'], 20_000) !== undefined)
  if (found === undefined) throw new Complaint('No Firefox was found: install one, and run this again.')
  return found
}

/** Installs one where there is none: needs root and Debian's packages. */
export async function ensureFirefox() {
  try {
    findFirefox()
  } catch {
    const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
    await run('apt-get', ['-q', 'update'], { env })
    await run('apt-get', ['-q', '-y', '-o', 'Dpkg::Use-Pty=0', 'install', '--no-install-recommends', 'firefox-esr'], {
      env,
    })
    findFirefox()
  }
}
