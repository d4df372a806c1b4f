import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve, sep } from 'node:path'
import { Complaint, ROOT } from './command.mjs'

const FOLDERS = ['packages', 'apps', '.config/scripts']
const ELSEWHERE = new Set(['node_modules', 'dist', 'src'])

/** What a property reads its seeds with. */
const SEEDS = resolve(ROOT, '.config/testing/seeds.ts')

/** @param {string} folder @param {RegExp} pattern @returns {string[]} */
function filesBelow(folder, pattern) {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name)
    if (entry.isDirectory()) return ELSEWHERE.has(entry.name) ? [] : filesBelow(path, pattern)
    return pattern.test(entry.name) ? [path] : []
  })
}

/** @param {RegExp} pattern @returns {string[]} from the repository's root, with `/` between folders */
function filesNamed(pattern) {
  return FOLDERS.flatMap((folder) => filesBelow(join(ROOT, folder), pattern))
    .map((path) => relative(ROOT, path).split(sep).join('/'))
    .sort()
}

/** Those that Vitest runs in Node or in Chromium. */
export function vitestFiles() {
  return filesNamed(/\.test\.ts$/).filter((file) => !/\.(system|packed)\.test\.ts$|^apps\/bundlers\//.test(file))
}

/** Those that Playwright runs. */
export function playwrightFiles() {
  return filesNamed(/\.spec\.ts$/)
}

/** Those in which a property is tried, in them or in a module beside them that they import. */
export function propertyFiles() {
  return vitestFiles().filter((file) => reaches(resolve(ROOT, file), SEEDS, new Set()))
}

/** @param {string} file @param {string} target @param {Set<string>} seen @returns {boolean} */
function reaches(file, target, seen) {
  if (file === target) return true
  // What is not there is a module of JavaScript; what lies elsewhere is no test.
  if (seen.has(file) || !existsSync(file) || /[\\/](src|dist)[\\/]/.test(file)) return false
  seen.add(file)
  const imports = readFileSync(file, 'utf8').matchAll(/from '(\.[^']+)\.js'/g)
  return [...imports].some(([, path = '']) => reaches(resolve(dirname(file), `${path}.ts`), target, seen))
}

/**
 * The files whose paths contain one of the names, all where there are none.
 * @param {readonly string[]} files
 * @param {readonly string[]} names
 */
export function filesOf(files, names) {
  return names.length === 0 ? [...files] : files.filter((file) => names.some((name) => file.includes(name)))
}

/**
 * @param {readonly string[]} files
 * @param {readonly string[]} names
 * @throws {Complaint} where a name is that of no file
 */
export function checkNames(files, names) {
  const unknown = names.find((name) => !files.some((file) => file.includes(name)))
  if (unknown !== undefined) {
    throw new Complaint(`No file of these tests has ${JSON.stringify(unknown)} in its path.`)
  }
}
