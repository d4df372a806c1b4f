import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { ROOT } from './command.mjs'

/** Licences that code under MIT OR Apache-2.0 can carry along. */
const PERMISSIVE = new Set(['MIT', 'Apache-2.0', 'ISC', 'BSD-2-Clause', 'BSD-3-Clause', '0BSD', 'MIT OR Apache-2.0'])

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
  return ['dependencies', 'devDependencies', 'optionalDependencies']
    .flatMap((section) => Object.entries(manifest[section] ?? {}))
    .filter(([, version]) => !/^\d+\.\d+\.\d+(-[\w.]+)?$/.test(version))
    .map(([name, version]) => `${path} asks for ${name}@${version}: pin the exact version.`)
}

/**
 * What the lock file would bring that it must not.
 * @param {Record<string, { resolved?: string, license?: string, dev?: boolean, link?: boolean, inBundle?: boolean }>} packages
 */
export function lockFaults(packages) {
  const faults = []
  for (const [path, { resolved, license, dev, link }] of Object.entries(packages)) {
    if (!path.includes('node_modules/') || link) continue
    if (resolved !== undefined) faults.push(`package-lock.json names a host for ${path}: a mirror could not serve it.`)
    if (!dev && !PERMISSIVE.has(license ?? ''))
      faults.push(`${path} is licensed ${license}, which a package of ours cannot carry.`)
  }
  return faults
}

/** @returns {Promise<string[]>} what is wrong, in sentences */
export async function checkManifests() {
  const paths = ['package.json', ...workspaces().map((folder) => `${folder}/package.json`)]
  const faults = paths.flatMap((path) => unpinned(path, readJson(path)))
  if (!/^ignore-scripts=true$/m.test(readFileSync(join(ROOT, '.npmrc'), 'utf8'))) {
    faults.push('.npmrc has to say ignore-scripts=true: no dependency may need its install scripts.')
  }
  return [...faults, ...lockFaults(readJson('package-lock.json').packages)]
}
