import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { ROOT } from './command.mjs'

/** Licences that code under MIT OR Apache-2.0 can carry along. */
const PERMISSIVE = new Set(['MIT', 'Apache-2.0', 'ISC', 'BSD-2-Clause', 'BSD-3-Clause', '0BSD', 'MIT OR Apache-2.0'])

/** It is no workspace, and so has a lock file of its own. */
const BUNDLERS = 'apps/bundlers'

/** @param {string} path @returns {any} */
function readJson(path) {
  return JSON.parse(readFileSync(join(ROOT, path), 'utf8'))
}

/** @returns {string[]} folders of the workspaces, from the root */
function workspaces() {
  return ['packages', 'apps'].flatMap((folder) =>
    readdirSync(join(ROOT, folder), { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map((entry) => `${folder}/${entry.name}`),
  )
}

/**
 * Versions that are a range, and so install something else tomorrow.
 * @param {string} path of a package.json, for the message
 * @param {Record<string, Record<string, string> | undefined>} manifest
 */
export function unpinned(path, manifest) {
  return (
    ['dependencies', 'devDependencies', 'optionalDependencies']
      .flatMap((section) => Object.entries(manifest[section] ?? {}))
      // A folder of this repository has no other version.
      .filter(([, version]) => !version.startsWith('file:../') && !/^\d+\.\d+\.\d+(-[\w.]+)?$/.test(version))
      .map(([name, version]) => `${path} asks for ${name}@${version}: pin the exact version.`)
  )
}

/**
 * @typedef {{ resolved?: string, license?: string, link?: boolean,
 *   dependencies?: Record<string, string> }} LockedPackage
 * @typedef {Record<string, LockedPackage>} LockedPackages by path, as in `packages` of a lock file
 */

/**
 * Where a package finds another one: in its own node_modules, or in those of a folder above.
 * @param {LockedPackages} locked
 * @param {string} from
 * @param {string} name
 */
function resolveIn(locked, from, name) {
  for (let folder = from; ; folder = folder.replace(/(^|\/)[^/]*$/, '')) {
    const path = folder === '' ? `node_modules/${name}` : `${folder}/node_modules/${name}`
    if (path in locked) return path
    if (folder === '') return undefined
  }
}

/**
 * What comes along with the packages that are published: their dependencies, and those of these.
 * @param {LockedPackages} locked
 * @returns {Set<string>} paths in the lock file
 */
export function carriedAlong(locked) {
  const carried = new Set()
  const open = Object.keys(locked).filter((path) => /^packages\/[^/]+$/.test(path))
  for (let path = open.pop(); path !== undefined; path = open.pop()) {
    for (const name of Object.keys(locked[path]?.dependencies ?? {})) {
      const found = resolveIn(locked, path, name)
      if (found === undefined || locked[found]?.link || carried.has(found)) continue
      carried.add(found)
      open.push(found)
    }
  }
  return carried
}

/**
 * @param {string} file for the message
 * @param {LockedPackages} locked
 */
function namedHosts(file, locked) {
  return Object.keys(locked)
    .filter((path) => /^https?:/.test(locked[path]?.resolved ?? ''))
    .map((path) => `${file} names a host for ${path}: a mirror could not serve it.`)
}

/**
 * What the lock file would bring that it must not.
 * @param {LockedPackages} locked
 */
export function lockFaults(locked) {
  const foreign = [...carriedAlong(locked)].filter((path) => !PERMISSIVE.has(locked[path]?.license ?? ''))
  return [
    ...namedHosts('package-lock.json', locked),
    ...foreign.map((path) => `${path} is licensed ${locked[path]?.license}, which a package of ours cannot carry.`),
  ]
}

/**
 * Packages of this repository whose dependencies have changed since another lock file was written. `npm ci` does not
 * see it, and would install those of before.
 * @param {LockedPackages} own packages of this repository, as its lock file has them
 * @param {LockedPackages} locked
 */
export function outdated(own, locked) {
  return Object.keys(own)
    .filter((path) => /^packages\/[^/]+$/.test(path))
    .filter((path) => {
      const theirs = locked[path.replace(/^packages/, 'node_modules/@rakko')]
      // What is not there is needed by none of those that are: else their dependencies would differ.
      return theirs !== undefined && !isDeepStrictEqual(own[path]?.dependencies, theirs.dependencies)
    })
    .map(
      (path) => `${BUNDLERS}/package-lock.json has not the dependencies of ${path}: its README says how to renew it.`,
    )
}

/** @returns {Promise<string[]>} what is wrong, in sentences */
export async function checkManifests() {
  const paths = ['package.json', ...workspaces().map((folder) => `${folder}/package.json`)]
  const faults = paths.flatMap((path) => unpinned(path, readJson(path)))
  if (!/^ignore-scripts=true$/m.test(readFileSync(join(ROOT, '.npmrc'), 'utf8'))) {
    faults.push('.npmrc has to say ignore-scripts=true: no dependency may need its install scripts.')
  }
  const { packages } = readJson('package-lock.json')
  const bundlers = readJson(`${BUNDLERS}/package-lock.json`).packages
  return [
    ...faults,
    ...lockFaults(packages),
    ...namedHosts(`${BUNDLERS}/package-lock.json`, bundlers),
    ...outdated(packages, bundlers),
  ]
}
