import { lstatSync, readdirSync, statSync } from 'node:fs'
import { realpath } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { RakkoError } from '@rakko/core'
import { type DataTree, inspectData } from '@rakko/store/pglite'
import { inUse, type LockState, readLock } from './directory-lock.js'
import { reasonOf } from './reason-of.js'
import { readRegularFile } from './regular-file.js'
import { RESERVE_FILE, UNFINISHED_RESERVE_FILE } from './reserve.js'

/** PostgreSQL's files, within a database's directory. */
export const DATA_FOLDER = 'data'
/** What an interrupted first start leaves; the name between is the contender's own. */
export const UNFINISHED_FOLDER = /^data\..+\.new$/
const OWN_NAMES: ReadonlySet<string> = new Set(['lock', RESERVE_FILE, UNFINISHED_RESERVE_FILE])

type Stat = NonNullable<Awaited<ReturnType<DataTree['stat']>>>

/** `new`: nothing was ever stored there. `complete`: a database that looks whole. */
export type DirectoryState = 'new' | 'complete'

/**
 * Looks at a database's directory and changes nothing, under no lock: while somebody else writes, files look damaged
 * that are not. So what is found counts only if the lock was free before and was not taken meanwhile.
 *
 * @throws {RakkoError} DATABASE_IN_USE, DATABASE_DAMAGED, DATABASE_TOO_NEW, STORAGE_UNAVAILABLE
 */
export async function inspectUnlocked(directory: string): Promise<DirectoryState> {
  for (;;) {
    if (!isDirectory(directory)) return 'new'
    const before = await lockOf(directory)
    if (before.isAlive) throw inUse(directory, before.owner)
    const [result] = await Promise.allSettled([inspectDirectory(directory)])
    if (!isSame(before, await lockOf(directory))) continue
    if (result.status === 'rejected') throw result.reason
    return result.value
  }
}

/** The same, for the lock's owner. */
export async function inspectDirectory(directory: string): Promise<DirectoryState> {
  if (!isDirectory(directory)) return 'new'
  const names = list(directory, directory)
  if (!names.includes(DATA_FOLDER)) {
    const foreign = names.find((name) => !OWN_NAMES.has(name) && !UNFINISHED_FOLDER.test(name))
    if (foreign === undefined) return 'new'
    throw unavailable(directory, `it holds other files (${foreign}) and no database of Rakko's`)
  }
  const data = join(directory, DATA_FOLDER)
  const found = statOf(directory, data)
  if (found?.type !== 'directory') {
    throw new RakkoError(
      'DATABASE_DAMAGED',
      `${directory} is damaged and was left as it is: ${DATA_FOLDER} is not a directory`,
      {
        directory,
        path: DATA_FOLDER,
      },
    )
  }
  await inspectData(treeOf(directory, data), directory)
  return 'complete'
}

/**
 * The path that all names of one directory lead to, so that they lead to one lock. Asked in the background: a mount
 * that is gone does not return, and deadlines pass meanwhile.
 */
export function realDirectory(directory: string): Promise<string> {
  return realpath(directory).catch(() => directory)
}

function isDirectory(directory: string): boolean {
  try {
    if (statSync(directory).isDirectory()) return true
  } catch (error) {
    if (codeOf(error) === 'ENOENT' && !isLink(directory)) return false
    throw unavailable(directory, reasonOf(error))
  }
  throw unavailable(directory, 'it is a file, not a directory')
}

/** One that leads nowhere: making a database there is not what its maker can have meant. */
function isLink(path: string): boolean {
  try {
    return lstatSync(path).isSymbolicLink()
  } catch {
    return false
  }
}

function treeOf(directory: string, data: string): DataTree {
  return {
    stat: async (path) => statOf(directory, join(data, path)),
    async read(path) {
      try {
        return readRegularFile(join(data, path))
      } catch (error) {
        throw unavailable(directory, reasonOf(error))
      }
    },
    async list(path) {
      return list(directory, join(data, path))
    },
  }
}

function statOf(directory: string, path: string): Stat | undefined {
  try {
    const found = lstatSync(path)
    const type = found.isFile() ? 'file' : found.isDirectory() ? 'directory' : 'other'
    return { type, bytes: found.size }
  } catch (error) {
    if (codeOf(error) === 'ENOENT' || codeOf(error) === 'ENOTDIR') return undefined
    throw unavailable(directory, reasonOf(error))
  }
}

function list(directory: string, folder: string): string[] {
  try {
    return readdirSync(folder)
  } catch (error) {
    throw unavailable(directory, reasonOf(error))
  }
}

async function lockOf(directory: string): Promise<LockState> {
  try {
    return await readLock(directory)
  } catch (error) {
    throw unavailable(directory, reasonOf(error))
  }
}

function isSame(before: LockState, after: LockState): boolean {
  return before.owner === after.owner && !after.isAlive
}

function unavailable(directory: string, reason: string): RakkoError {
  return new RakkoError(
    'STORAGE_UNAVAILABLE',
    `${directory} cannot hold the database "${basename(directory)}": ${reason}`,
    {
      directory,
      got: reason,
    },
  )
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined
}
