import { existsSync } from 'node:fs'
import { readFile, rename, writeFile } from 'node:fs/promises'
import { basename, dirname, extname, join, relative, resolve } from 'node:path'
import {
  EMPTY_LOCK,
  formatLockFile,
  type LockFile,
  type LockFindings,
  parseMergedLockFile,
  planLock,
  type RakkoError,
  refusal,
  renderSchemasModule,
  type SchemaDefinitions,
  typeName,
} from '@rakko/core'
import { chooseVerifier } from '../choose-backend.js'
import { developerSigner } from './developer-key.js'
import { nativeVerifier } from './native-key.js'

/** Path of the developer's key. */
export const DEFAULT_KEY = 'secret.txt'

export interface WriteSchemasOptions {
  /** Path of the module that exports `definitions`; TypeScript or JavaScript. */
  readonly definitions: string
  /** Default `schema.lock` in the working directory. */
  readonly lock?: string | undefined
  /** Default `schemas.ts` (`schemas.js` for a JavaScript module) beside the definitions. */
  readonly out?: string | undefined
  /** Default DEFAULT_KEY in the working directory. */
  readonly key?: string | undefined
}

export interface WrittenSchemas {
  /** Commits that were signed now. */
  readonly added: number
  /** Paths as given or by default; empty where all was up to date. */
  readonly written: readonly string[]
  readonly schemaIds: readonly string[]
  readonly findings: LockFindings
  /** Whether git had merged the lock line by line. */
  readonly wasMerged: boolean
}

/**
 * Brings `schema.lock` and the generated module up to date with the definitions. The second time it changes nothing. A
 * lock that git has merged, with conflict markers or without, becomes one that holds the commits of both branches. One
 * with commits that cannot be used stays as it is. Throws INVALID_ARGUMENT, INVALID_SCHEMA, INVALID_SCHEMA_LOCK and
 * KEY_STORE_FAILED.
 */
export async function writeSchemas(options: WriteSchemasOptions): Promise<WrittenSchemas> {
  const { definitions: source, lock: lockPath = 'schema.lock', key = DEFAULT_KEY } = options
  const out = options.out ?? join(dirname(source), `schemas${isTypeScript(source) ? '.ts' : '.js'}`)
  const definitions = await loadDefinitions(source)
  const { lock: previous, wasMerged } = await readLockFile(lockPath)
  const verifier = await chooseVerifier(nativeVerifier())
  const plan = await planLock({ definitions, previous, signer: developerSigner(key), verifier })
  const { lock, added, schemas, versions, findings } = plan
  const module = renderSchemasModule({
    schemas,
    versions,
    commits: lock.commits,
    definitionsModule: importPath(out, source),
  })
  const written: string[] = []
  // What cannot be used is not ours to throw away; a lock that says what it said keeps its text, its comments included.
  const isKept = findings.unusable.length > 0 || (added.length + findings.repeated === 0 && !wasMerged)
  if (await replace(lockPath, formatLockFile(lock), isKept)) written.push(lockPath)
  if (await replace(out, module, false)) written.push(out)
  const schemaIds = [...schemas.values()].map(({ id }) => id)
  return { added: added.length, written, schemaIds, findings, wasMerged }
}

async function loadDefinitions(source: string): Promise<SchemaDefinitions> {
  const path = resolve(source)
  if (!existsSync(path)) throw invalidSource(source, 'a module', 'no such file')
  // Loaded only here: a node that just opens pays nothing for it.
  const { createJiti } = await import('jiti')
  let module: { readonly definitions?: unknown }
  try {
    module = await createJiti(import.meta.url, { moduleCache: false, fsCache: false }).import(path)
  } catch (cause) {
    if (cause instanceof Error && cause.name === 'RakkoError') throw cause
    throw invalidSource(source, 'a module that can be loaded', cause instanceof Error ? cause.message : String(cause))
  }
  const { definitions } = module
  if (typeof definitions === 'object' && definitions !== null) return definitions as SchemaDefinitions
  throw invalidSource(source, "an export 'definitions', made by defineSchemas", typeName(definitions))
}

async function readLockFile(path: string): Promise<{ readonly lock: LockFile; readonly wasMerged: boolean }> {
  return existsSync(path) ? parseMergedLockFile(await readFile(path, 'utf8')) : { lock: EMPTY_LOCK, wasMerged: false }
}

async function replace(path: string, text: string, keepIfPresent: boolean): Promise<boolean> {
  const present = existsSync(path) ? await readFile(path, 'utf8') : undefined
  if (present === text || (keepIfPresent && present !== undefined)) return false
  const temporary = `${path}.${process.pid}.new`
  await writeFile(temporary, text)
  await rename(temporary, path)
  return true
}

/** How `from` imports `to`: a relative path with the extension that it has when it runs. */
function importPath(from: string, to: string): string {
  const extension = extname(to)
  const folder = relative(dirname(resolve(from)), dirname(resolve(to))).replaceAll('\\', '/')
  const name = `${basename(to, extension)}${extension.replace('ts', 'js')}`
  return folder === '' ? `./${name}` : folder.startsWith('.') ? `${folder}/${name}` : `./${folder}/${name}`
}

function isTypeScript(path: string): boolean {
  return /\.[mc]?tsx?$/.test(path)
}

function invalidSource(source: string, expected: string, got: string): RakkoError {
  return refusal('INVALID_ARGUMENT', { field: 'definitions', expected, got, about: source })
}
