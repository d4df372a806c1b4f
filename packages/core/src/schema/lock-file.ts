import { parse } from 'smol-toml'
import { hexToBytes } from '../bytes/hex.js'
import { parseHash } from '../hash/hash.js'
import { RakkoError } from '../rakko-error.js'
import { refusal } from '../refusal.js'
import type { Commit } from './bind-schemas.js'

/**
 * `schema.lock`, the TOML that fishy and aquadoggo read and write as well: the signed operations that made an app's
 * schemas, in the order in which they are published.
 *
 * | key                    | value                                        |
 * | ---------------------- | -------------------------------------------- |
 * | `version`              | 1                                            |
 * | `[[commits]]`          | may be absent                                |
 * | `commits[].entry_hash` | hash of the entry, 68 hexadecimal digits     |
 * | `commits[].entry`      | encoded entry, hexadecimal                   |
 * | `commits[].operation`  | encoded operation, hexadecimal               |
 *
 * Any other key is refused.
 */
export interface LockFile {
  readonly version: typeof LOCK_FILE_VERSION
  readonly commits: readonly Commit[]
}

export const LOCK_FILE_VERSION = 1
export const EMPTY_LOCK: LockFile = { version: LOCK_FILE_VERSION, commits: [] }

const HEADER = [
  '# The signed history of the schemas in this app, written by Rakko.',
  '# Keep it under version control and do not edit it: a changed byte is another schema.',
]
const COMMIT_HEADER = '[[commits]]'
/** First key of a commit, as it is written. */
const COMMIT_START = /^\s*entry_hash\s*=/
/**
 * Git's lines about a conflict, of 7 characters or as many more as it was told. What stands between the second and the
 * third is neither side's.
 */
const CONFLICT_MARKER = /^(<{7,}|\|{7,}|={7,}|>{7,})(?=\s|$)/
const BASE_MARKER = '|||||||'
const VERSION = /^\s*version\s*=/
const COMMIT_KEYS = ['entry_hash', 'entry', 'operation'] as const

/**
 * Throws INVALID_SCHEMA_LOCK, also on a file that git has merged line by line: see `parseMergedLockFile`. Whether the
 * commits are valid is for `readLock`.
 */
export function parseLockFile(text: string): LockFile {
  const marker = text.split('\n').findIndex((line) => CONFLICT_MARKER.test(line))
  if (marker >= 0) {
    const got = `git's conflict markers in line ${marker + 1}; rakko-schemas keeps the commits of both branches`
    throw invalid('commits', 'the commits of one branch, or of both', got)
  }
  const table = expectTable('schema.lock', parseToml(text), ['version', 'commits'])
  if (table.version !== BigInt(LOCK_FILE_VERSION)) throw invalid('version', `${LOCK_FILE_VERSION}`, table.version)
  const { commits = [] } = table
  if (!Array.isArray(commits)) throw invalid('commits', 'a list of tables', commits)
  return { version: LOCK_FILE_VERSION, commits: commits.map(parseCommit) }
}

/**
 * The commits of both sides of a file that git has merged. There may be conflict markers. Or the lines of one side
 * stand after those of the other (`merge=union`, or markers that were deleted): then a commit may lack its
 * `[[commits]]`. Where the whole file is in conflict, as with other line ends, the version stands twice. Throws
 * INVALID_SCHEMA_LOCK.
 */
export function parseMergedLockFile(text: string): { readonly lock: LockFile; readonly wasMerged: boolean } {
  const lines: string[] = []
  let isBase = false
  let header = ''
  let version: string | undefined
  for (const line of text.split('\n')) {
    const [marker] = CONFLICT_MARKER.exec(line) ?? []
    if (marker !== undefined) isBase = marker.startsWith(BASE_MARKER)
    else if (!isBase && line.trim() !== version) {
      if (COMMIT_START.test(line) && header !== COMMIT_HEADER) lines.push(COMMIT_HEADER)
      if (VERSION.test(line)) version ??= line.trim()
      if (line.trim() !== '') header = line.trim()
      lines.push(line)
    }
  }
  const merged = lines.join('\n')
  return { lock: parseLockFile(merged), wasMerged: merged !== text }
}

export function formatLockFile({ version, commits }: LockFile): string {
  const blocks = commits.map((commit) => [COMMIT_HEADER, ...COMMIT_KEYS.map((key) => `${key} = "${commit[key]}"`)])
  return [[...HEADER, `version = ${version}`], ...blocks].map((lines) => `${lines.join('\n')}\n`).join('\n')
}

function parseCommit(value: unknown, i: number): Commit {
  const path = `commits[${i}]`
  const table = expectTable(path, value, COMMIT_KEYS)
  const text = (key: string): string => {
    const hex = table[key]
    if (typeof hex !== 'string') throw invalid(`${path}.${key}`, 'hexadecimal text', hex)
    return hex
  }
  try {
    const [entry_hash, entry, operation] = [parseHash(text('entry_hash')), text('entry'), text('operation')]
    hexToBytes(entry)
    hexToBytes(operation)
    return { entry_hash, entry: entry.toLowerCase(), operation: operation.toLowerCase() }
  } catch (cause) {
    if (cause instanceof RakkoError && cause.code === 'INVALID_SCHEMA_LOCK') throw cause
    throw invalid(path, 'a hash and hexadecimal text', cause instanceof Error ? cause.message : cause)
  }
}

function parseToml(text: string): unknown {
  try {
    // As bigint, integers stay apart from floats: version = 1.0 is refused.
    return parse(text, { integersAsBigInt: true })
  } catch (cause) {
    throw invalid('schema.lock', 'TOML', cause instanceof Error ? cause.message : cause)
  }
}

function expectTable(field: string, value: unknown, keys: readonly string[]): Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw invalid(field, 'a table', value)
  for (const key of Object.keys(value)) {
    if (!keys.includes(key)) throw invalid(field, `the keys ${keys.join(', ')}`, key)
  }
  return { ...value }
}

function invalid(field: string, expected: string, got: unknown): RakkoError {
  const shown = typeof got === 'object' && got !== null ? 'an object' : String(got)
  return refusal('INVALID_SCHEMA_LOCK', { field, expected, got: shown, about: `schema.lock, ${field}` })
}
