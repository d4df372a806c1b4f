import { RakkoError, refusal } from '@rakko/core'
import type { Driver } from '@rakko/store'
import {
  BlockFiles,
  DamagedFilesError,
  type Devices,
  environmentFailed,
  inspectData,
  MemoryFiles,
  openPglite,
  type PgliteAssets,
  wordsOf,
} from '@rakko/store/pglite'
import { hasIndexedDbDatabase, openIndexedDb, removeIndexedDb } from './indexeddb-devices.js'
import { loadPgliteAssets, loadPreparedFiles } from './load-asset.js'
import { hasOpfsDatabase, type OpfsDatabase, openOpfs, removeOpfs } from './opfs-devices.js'
import { isNotedInOpfs, noteInOpfs, removeOpfsNote } from './opfs-note.js'
import { acquireWebLock, type ReleaseLock } from './web-lock.js'

/** It becomes the name of a folder, a database and a lock. */
const NAME = /^[\w-]{1,64}$/

const WAIT_MS = 10_000
const RETRY_MS = 20

export type WebStorageKind = 'opfs' | 'indexeddb' | 'memory'

export interface OpenWebStorageOptions {
  /**
   * `auto`: where the database is already, and nowhere else, should it fail there; else the first of OPFS, IndexedDB
   * and memory that is to be had.
   */
  readonly kind: 'auto' | WebStorageKind
  /** Of the database, one per origin and name. */
  readonly name: string
  /** How long another worker that has the database is waited for; default 10 seconds. */
  readonly waitMs?: number | undefined
}

export interface OpenedWebStorage {
  readonly driver: Driver
  readonly kind: WebStorageKind
  /** With `auto`: what would have been better, and why it was not to be had. */
  readonly passedOver: readonly { readonly kind: WebStorageKind; readonly reason: string }[]
}

/**
 * Opens the database in a worker, prepared at its first start, for this tab alone. Closing the driver ends that.
 *
 * @throws {RakkoError} DATABASE_IN_USE. DATABASE_DAMAGED and DATABASE_TOO_NEW, everything left as it was.
 *   STORAGE_UNAVAILABLE: not here, or PGlite's files cannot be loaded. With `auto` also where it cannot be told whether
 *   the database is here.
 */
export async function openWebStorage({
  kind,
  name,
  waitMs = WAIT_MS,
}: OpenWebStorageOptions): Promise<OpenedWebStorage> {
  if (!NAME.test(name)) {
    const expected = '1 to 64 letters, digits, - or _'
    throw refusal('INVALID_ARGUMENT', { field: 'name', expected, got: name })
  }
  if (kind !== 'auto') return { kind, driver: await open(kind, name, waitMs), passedOver: [] }
  const passedOver: { kind: WebStorageKind; reason: string }[] = []
  const home = await homeOf(name)
  if (home !== undefined) return { kind: home, driver: await open(home, name, waitMs), passedOver }
  for (const candidate of ['opfs', 'indexeddb'] as const) {
    try {
      return { kind: candidate, driver: await open(candidate, name, waitMs), passedOver }
    } catch (error) {
      // Anything else is about a database that is there: opening an empty one in its stead would hide it.
      const isElsewhere =
        error instanceof RakkoError && error.code === 'STORAGE_UNAVAILABLE' && !('url' in error.details)
      if (!isElsewhere) throw error
      passedOver.push({ kind: candidate, reason: error.message })
    }
  }
  return { kind: 'memory', driver: await open('memory', name, waitMs), passedOver }
}

/**
 * The storage that the database is in; undefined only where it is in none: an empty one made beside it would hide it.
 * Throws STORAGE_UNAVAILABLE where that cannot be told.
 */
async function homeOf(name: string): Promise<'opfs' | 'indexeddb' | undefined> {
  if (await isInOpfs(name)) return 'opfs'
  return (await hasIndexedDbDatabase(name)) ? 'indexeddb' : undefined
}

/** Where the private file system does not say, the note of a database that is in it does. */
async function isInOpfs(name: string): Promise<boolean> {
  try {
    return await hasOpfsDatabase(name)
  } catch (error) {
    if (await isNotedInOpfs(name).catch(() => true)) throw error
    return false
  }
}

async function open(kind: WebStorageKind, name: string, waitMs: number): Promise<Driver> {
  // Under way while the storage is looked at; what it has to say is heard below.
  const assets = loadPgliteAssets()
  assets.catch(() => {})
  if (kind === 'memory') {
    const files = new MemoryFiles(await loadPreparedFiles())
    return openPglite({ files, label: 'memory', assets: await assets })
  }
  const until = performance.now() + waitMs
  const release = await acquireWebLock(name, waitMs)
  try {
    const storage = await (kind === 'opfs' ? openOpfsStorage(name, until) : openIndexedDbStorage(name))
    try {
      return await openOn(storage, name, assets, release)
    } catch (error) {
      for (const device of [storage.devices.blocks, ...storage.devices.logs]) device.close()
      storage.close()
      if (storage.isComplete) throw error
      // Of a first start that failed nothing stays: it would take the room that another storage may have.
      await storage.remove().catch(() => {})
      throw unmade(error)
    }
  } catch (error) {
    // The next storage that is tried asks for the same lock.
    await release()
    throw error
  }
}

async function openOn(
  storage: BlockStorage,
  name: string,
  assets: Promise<PgliteAssets>,
  release: ReleaseLock,
): Promise<Driver> {
  const files = new BlockFiles(storage.devices)
  if (storage.isComplete) {
    loadComplete(files, name)
    await inspectData(files.dataTree(), name)
  } else files.create(await loadPreparedFiles())
  const driver = await openPglite({
    files,
    label: name,
    assets: await assets,
    onEnd: async () => {
      storage.close()
      await release()
    },
  })
  if (!storage.isComplete) await complete(driver, storage)
  return driver
}

interface BlockStorage {
  readonly devices: Devices
  readonly isComplete: boolean
  complete(): Promise<void>
  close(): void
  /** Once it is closed. */
  remove(): Promise<void>
}

async function openOpfsStorage(name: string, until: number): Promise<BlockStorage> {
  const opened = await openOnceClosed(name, until)
  return {
    ...opened,
    async complete() {
      // Without IndexedDB nothing could be opened there instead.
      await noteInOpfs(name).catch(() => {})
      await opened.complete()
    },
    // Its handles are closed with the files.
    close: () => {},
    async remove() {
      await Promise.allSettled([removeOpfs(name), removeOpfsNote(name)])
    },
  }
}

/** A worker that was ended gives its lock back first, and its files a moment later. Nothing tells when. */
async function openOnceClosed(name: string, until: number): Promise<OpfsDatabase> {
  for (;;) {
    try {
      return await openOpfs(name)
    } catch (error) {
      const isOpen = error instanceof RakkoError && error.code === 'DATABASE_IN_USE'
      if (!isOpen || performance.now() > until) throw error
      await new Promise((resolve) => setTimeout(resolve, RETRY_MS))
    }
  }
}

async function openIndexedDbStorage(name: string): Promise<BlockStorage> {
  return { ...(await openIndexedDb(name)), complete: async () => {}, remove: () => removeIndexedDb(name) }
}

function loadComplete(files: BlockFiles, name: string): void {
  let reason = 'its list of files is not to be found'
  try {
    if (files.load()) return
  } catch (error) {
    reason = wordsOf(error)
    if (error instanceof RangeError) throw environmentFailed(reason, error)
    if (!(error instanceof DamagedFilesError)) {
      const words = `the database "${name}" cannot be read, and was left as it is: ${reason}`
      throw new RakkoError('STORAGE_UNAVAILABLE', words, { name, got: reason }, { cause: error })
    }
    reason = error.message
  }
  throw new RakkoError('DATABASE_DAMAGED', `the database "${name}" is damaged and was left as it is: ${reason}`, {
    name,
    got: reason,
  })
}

/** Of a database that is not there yet, whatever its storage did is about the storage: another one may do. */
function unmade(error: unknown): RakkoError {
  const isItsOwn = error instanceof RakkoError && error.code !== 'STORAGE_FAILED'
  if (isItsOwn) return error
  const got = wordsOf(error)
  return new RakkoError('STORAGE_UNAVAILABLE', `no database can be made here: ${got}`, { got }, { cause: error })
}

/** From here on the database is never made again. */
async function complete(driver: Driver, storage: BlockStorage): Promise<void> {
  try {
    await driver.flush()
    await storage.complete()
  } catch (error) {
    await driver.close().catch(() => {})
    throw error
  }
}
