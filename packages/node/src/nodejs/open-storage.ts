import { mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { setFlagsFromString } from 'node:v8'
import { RakkoError, refusal } from '@rakko/core'
import type { Driver } from '@rakko/store'
import { DirectoryFiles, MemoryFiles, openPglite, type Reserve } from '@rakko/store/pglite'
import { DirectoryLock } from './directory-lock.js'
import { fileSync, syncDirectory, writeSynced } from './file-sync.js'
import {
  DATA_FOLDER,
  inspectDirectory,
  inspectUnlocked,
  realDirectory,
  UNFINISHED_FOLDER,
} from './inspect-directory.js'
import { platform } from './platform.js'
import { loadPreparedFiles } from './prepared-archive.js'
import { reasonOf } from './reason-of.js'
import { lacksRoom, ReserveFile, storageFull } from './reserve.js'

export interface OpenStorageOptions {
  readonly kind: 'directory' | 'memory'
  /** Needed where `kind` is `directory`; made where it is missing. */
  readonly directory?: string | undefined
  /** Of a directory; default `process`. */
  readonly durability?: Durability | undefined
}

/**
 * What a write that has resolved survives: the end of the process, or a power cut too, at the price of a flush each.
 */
export type Durability = 'process' | 'power'

export interface OpenedStorage {
  readonly driver: Driver
  readonly kind: 'directory' | 'memory'
  /** Absolute path, links resolved. */
  readonly directory?: string
  /** Of a directory. */
  readonly lock?: DirectoryLock
}

/**
 * Opens the database, prepared at its first start, for this process alone. Closing the driver ends that.
 *
 * @throws {RakkoError} DATABASE_IN_USE with `pid`; DATABASE_DAMAGED and DATABASE_TOO_NEW, the directory left as it was;
 *   STORAGE_UNAVAILABLE: nothing can be read or written there, or it holds something else
 */
export async function openStorage({
  kind,
  directory,
  durability = 'process',
}: OpenStorageOptions): Promise<OpenedStorage> {
  // V8 compiles PostgreSQL's hot functions in the background, on every thread that it has; memory that each of them
  // took stays with the process. One at a time, an empty node is 30 MB smaller.
  setFlagsFromString('--wasm-num-compilation-tasks=1')
  if (kind === 'memory') return { kind, driver: await openMemory() }
  if (directory === undefined || directory === '') {
    throw refusal('INVALID_ARGUMENT', { field: 'directory', expected: 'a path', got: 'none' })
  }
  return openDirectory(await realDirectory(resolve(directory)), durability)
}

function openMemory(): Promise<Driver> {
  return openPglite({ files: new MemoryFiles(loadPreparedFiles()), label: 'memory' })
}

async function openDirectory(path: string, durability: Durability): Promise<OpenedStorage> {
  await inspectUnlocked(path)
  const lock = await DirectoryLock.acquire(path, new ReserveFile(path))
  try {
    const directory = await realDirectory(path)
    const reserve = new ReserveFile(directory)
    // Whoever owned the lock since the first look may have changed everything.
    if ((await inspectDirectory(directory)) === 'new') unpack(directory, durability, reserve)
    else keep(directory, reserve)
    const files = new DirectoryFiles(join(directory, DATA_FOLDER), durability === 'power' ? fileSync : undefined)
    const { now } = platform
    const driver = await openPglite({ files, label: directory, reserve, now, onEnd: () => lock.release() })
    return { kind: 'directory', directory, driver, lock }
  } catch (error) {
    await lock.release()
    throw error
  }
}

/** A database that was made without a reserve, or had to give it up, is opened without one where there is no room. */
function keep(directory: string, reserve: Reserve): boolean {
  try {
    return reserve.keep()
  } catch (error) {
    throw unwritable(directory, error)
  }
}

/** The database appears whole by being renamed: what a killed first start leaves is known by its name and removed. */
function unpack(directory: string, durability: Durability, reserve: Reserve): void {
  removeUnfinished(directory)
  if (!keep(directory, reserve)) throw storageFull(directory, `${directory} cannot hold a database`)
  try {
    const unfinished = join(directory, `${DATA_FOLDER}.${process.pid}.new`)
    mkdirSync(unfinished, { mode: 0o700 })
    const folders = [unfinished]
    for (const { path, bytes } of loadPreparedFiles()) {
      const target = join(unfinished, path)
      if (!bytes) {
        mkdirSync(target, { mode: 0o700 })
        folders.push(target)
      } else if (durability === 'power') writeSynced(target, bytes, 0o600)
      else writeFileSync(target, bytes, { mode: 0o600 })
    }
    if (durability === 'power') for (const folder of folders) syncDirectory(folder)
    renameSync(unfinished, join(directory, DATA_FOLDER))
    if (durability === 'power') for (const folder of [directory, dirname(directory)]) syncDirectory(folder)
  } catch (error) {
    // What was written takes room that somebody else may need.
    reserve.giveUp()
    removeUnfinished(directory)
    throw error instanceof RakkoError ? error : unwritable(directory, error)
  }
}

function removeUnfinished(directory: string): void {
  try {
    for (const name of readdirSync(directory)) {
      if (UNFINISHED_FOLDER.test(name)) rmSync(join(directory, name), { recursive: true, force: true })
    }
  } catch (error) {
    throw unwritable(directory, error)
  }
}

function unwritable(directory: string, cause: unknown): RakkoError {
  const words = `${directory} cannot hold a database: ${reasonOf(cause)}`
  if (lacksRoom(cause)) return storageFull(directory, words, cause)
  return new RakkoError('STORAGE_UNAVAILABLE', words, { directory }, { cause })
}
