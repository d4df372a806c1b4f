import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Complaint, ROOT, run } from './command.mjs'

/**
 * @typedef {{ version?: string, resolved?: string, link?: boolean, optional?: boolean,
 *   devOptional?: boolean, peer?: boolean }} LockedPackage
 * @typedef {Record<string, LockedPackage>} LockedPackages by path, as in `packages` of a lock file
 */

/**
 * The first package whose installed version is not the locked one. An optional package may be missing: it is for other
 * systems.
 * @param {LockedPackages} locked from package-lock.json
 * @param {LockedPackages} installed from the lock file that npm leaves in node_modules
 * @returns {string | undefined} its path; undefined where all are as locked
 */
export function firstStalePackage(locked, installed) {
  return Object.keys(locked).find((path) => {
    // The root and the workspaces are this work tree itself.
    if (!path.includes('node_modules/')) return false
    const wanted = locked[path]
    const present = installed[path]
    if (present === undefined) return !(wanted?.optional || wanted?.devOptional || wanted?.peer)
    return present.version !== wanted?.version || present.link !== wanted?.link
  })
}

/** @param {string} path from the repository's root @returns {LockedPackages | undefined} */
function readLock(path) {
  const file = join(ROOT, path)
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')).packages : undefined
}

/** The npm that runs this script, if it is one, else the one on the PATH. */
function npm() {
  const path = process.env.npm_execpath ?? ''
  if (/npm-cli\.js$/.test(path)) return { command: process.execPath, first: [path] }
  return process.platform === 'win32'
    ? { command: 'cmd.exe', first: ['/d', '/s', '/c', 'npm'] }
    : { command: 'npm', first: [] }
}

/**
 * Runs npm in the repository.
 * @param {string[]} args
 * @param {Parameters<typeof run>[2]} [options]
 */
export function runNpm(args, options) {
  const { command, first } = npm()
  return run(command, [...first, ...args], options)
}

/**
 * Installs what the lock file names, where that is not what lies in node_modules.
 * @throws {Complaint} where npm fails
 */
export function ensureDependencies() {
  return ensureIn('.', 'dependencies')
}

/**
 * Installs p2panda-js, for the tests that run it as a black box. It is AGPL, so `npm ci` alone does not bring it.
 * @throws {Complaint} where npm fails
 */
export function ensureReference() {
  return ensureIn('apps/conformance/p2panda-js', 'p2panda-js, for tests alone')
}

/** @param {string} folder from the repository's root @param {string} what of it is installed, for the message */
async function ensureIn(folder, what) {
  const locked = readLock(join(folder, 'package-lock.json'))
  if (locked === undefined) {
    throw new Complaint(`${join(folder, 'package-lock.json')} is missing: this is not a whole checkout.`)
  }
  const installed = readLock(join(folder, 'node_modules/.package-lock.json'))
  if (installed !== undefined && firstStalePackage(locked, installed) === undefined) return
  console.error(
    installed === undefined ? `Installing ${what}.` : `Installing ${what} again: the lock file has changed.`,
  )
  const code = await runNpm(['ci', '--no-audit', '--no-fund'], { isReport: true, cwd: join(ROOT, folder) })
  if (code !== 0) throw new Complaint(`npm ci failed in ${folder}: see its message above.`)
}
