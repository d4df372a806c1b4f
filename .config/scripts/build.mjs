import { readFileSync } from 'node:fs'
import { Complaint, runNode } from './command.mjs'
import { runNpm } from './dependencies.mjs'

const REPORT = { isReport: true }

/** Type-checks and emits every package, sources and tests alike. @returns {Promise<number>} exit code */
export function buildTypes() {
  return tsc([])
}

/**
 * Emits what something is made of. Half of the time would go into checking types, which `npm run verify` does.
 * @returns {Promise<number>} exit code
 */
function emitSources() {
  return tsc(['--noCheck', ...sourceProjects()])
}

/**
 * @param {readonly string[]} args options, and projects: all where there are none
 * @returns {Promise<number>} exit code
 */
function tsc(args) {
  return runNode('node_modules/typescript/bin/tsc', ['--build', ...args], REPORT)
}

/** Vite builds the festival, and tests and scripts run as they are. @returns {string[]} */
function sourceProjects() {
  /** @type {{ references: { path: string }[] }} */
  const { references } = JSON.parse(readFileSync('tsconfig.json', 'utf8'))
  return references.map(({ path }) => path).filter((path) => !/\/(test|e2e|scripts|festival)$/.test(path))
}

/**
 * The packages, and the directory that their databases start from.
 * @throws {Complaint}
 */
export async function buildPackages() {
  if ((await emitSources()) !== 0) throw new Complaint('The build failed: tsc named the reason above.')
  // Neither reads what the other writes.
  const [bundled, prepared] = await Promise.all([runStore('bundle-pglite'), runStore('prepare-directory')])
  if (bundled !== 0) throw new Complaint('PGlite could not be bundled for browsers: its reason stands above.')
  if (prepared !== 0) {
    throw new Complaint('The directory that databases start from could not be made: its reason stands above.')
  }
}

/** @param {string} script of packages/store @returns {Promise<number>} exit code */
function runStore(script) {
  return runNpm(['run', '--silent', script, '--workspace', '@rakko/store'], REPORT)
}

/**
 * The packages, and the festival made of them.
 * @throws {Complaint}
 */
export async function build() {
  console.error('Building.')
  await buildPackages()
  if ((await runNpm(['run', '--silent', 'build', '--workspace', '@rakko/festival'], REPORT)) !== 0) {
    throw new Complaint('The build of apps/festival failed: its reason stands above.')
  }
}
