import { RakkoError } from '@rakko/core'
import { DamagedFilesError, type Devices, environmentFailed, MemoryDevice, wordsOf } from '@rakko/store/pglite'

/**
 * A database in IndexedDB: devices in memory, of which the chunks that were written are stored.
 *
 * | store  | key                      | value                     |
 * | ------ | ------------------------ | ------------------------- |
 * | chunks | [device, number]         | the bytes of one chunk    |
 * | sizes  | device                   | bytes                     |
 * | fence  | `openings`               | how often it was opened   |
 *
 * All that changed is stored in one transaction, so what is found later is one moment of the past, the last that was
 * acknowledged. Each opening raises `openings`, and what an earlier opening would still store is refused by it: a page
 * that stood still may wake up after another one has taken the database over.
 */
const VERSION = 2
const STORES = ['chunks', 'sizes', 'fence'] as const
const OPENINGS = 'openings'
const DEVICES = ['blocks', 'log-0', 'log-1'] as const

export interface IndexedDbDatabase {
  readonly devices: Devices
  /** Whether anything was ever stored: the first start is stored at once, when it is over. */
  readonly isComplete: boolean
  close(): void
}

const databaseName = (name: string) => `rakko:${name}`

/** What browsers say where a page may not have IndexedDB at all; all else may pass. */
const ABSENT: ReadonlySet<string> = new Set(['SecurityError', 'NotSupportedError', 'InvalidStateError'])

/**
 * Whether there is a database of this name whose first start came to its end. Makes nothing.
 *
 * @throws {RakkoError} STORAGE_UNAVAILABLE: it cannot be told
 */
export async function hasIndexedDbDatabase(name: string): Promise<boolean> {
  if (typeof indexedDB === 'undefined') return false
  try {
    const database = await openExisting(databaseName(name))
    if (database === undefined) return false
    try {
      return await holdsSomething(database)
    } finally {
      database.close()
    }
  } catch (error) {
    if (error instanceof DOMException && ABSENT.has(error.name)) return false
    const words = `whether the database "${name}" is in IndexedDB cannot be told: ${wordsOf(error)}`
    throw new RakkoError('STORAGE_UNAVAILABLE', words, { name, got: wordsOf(error) }, { cause: error })
  }
}

/** What another version keeps elsewhere counts as something. */
async function holdsSomething(database: IDBDatabase): Promise<boolean> {
  if (!database.objectStoreNames.contains('sizes')) return database.objectStoreNames.length > 0
  return (await done(database.transaction('sizes').objectStore('sizes').count())) > 0
}

/** Makes nothing. Rejects with whatever IndexedDB says where it cannot be asked. */
export async function hasDatabase(databaseName: string): Promise<boolean> {
  const database = await openExisting(databaseName)
  database?.close()
  return database !== undefined
}

async function openExisting(databaseName: string): Promise<IDBDatabase | undefined> {
  // Not every browser lists its databases. A new one whose making is given up was never made.
  const request = indexedDB.open(databaseName)
  let isNew = false
  request.onupgradeneeded = () => {
    isNew = true
    request.transaction?.abort()
  }
  try {
    return await done(request)
  } catch (error) {
    if (isNew) return undefined
    throw error
  }
}

/** What a first start that did not come to its end has left, and nobody has open. */
export async function removeIndexedDb(name: string): Promise<void> {
  await done(indexedDB.deleteDatabase(databaseName(name)))
}

/** @throws {RakkoError} STORAGE_UNAVAILABLE: no IndexedDB here; DATABASE_TOO_NEW; DATABASE_DAMAGED */
export async function openIndexedDb(name: string): Promise<IndexedDbDatabase> {
  const database = await openDatabase(name)
  try {
    const transaction = database.transaction(STORES, 'readwrite', { durability: 'strict' })
    const opening = await raiseOpenings(transaction.objectStore('fence'))
    const chunks = transaction.objectStore('chunks')
    const [keys, values, names, sizes] = await Promise.all([
      done(chunks.getAllKeys()),
      done<unknown[]>(chunks.getAll()),
      done(transaction.objectStore('sizes').getAllKeys()),
      done<unknown[]>(transaction.objectStore('sizes').getAll()),
    ])
    if (names.length === 0 && keys.length > 0) throw new DamagedFilesError('there are chunks of devices without a size')
    const devices = DEVICES.map((device) => {
      const own: [number, Uint8Array][] = []
      for (const [index, key] of keys.entries()) {
        const chunk = values[index]
        if (!Array.isArray(key) || key[0] !== device) continue
        if (!(chunk instanceof Uint8Array)) throw new DamagedFilesError(`chunk ${String(key)} is not bytes`)
        own.push([Number(key[1]), chunk])
      }
      return new MemoryDevice(Number(sizes[names.indexOf(device)] ?? 0), own)
    }) as [MemoryDevice, MemoryDevice, MemoryDevice]
    return {
      devices: { blocks: devices[0], logs: [devices[1], devices[2]], persist: persistence(database, devices, opening) },
      isComplete: names.length > 0,
      close: () => database.close(),
    }
  } catch (error) {
    database.close()
    throw unread(name, error)
  }
}

/** Only what was read can be damaged. */
function unread(name: string, cause: unknown): RakkoError {
  const got = wordsOf(cause)
  if (cause instanceof DamagedFilesError) {
    const words = `the database "${name}" in IndexedDB is damaged and was left as it is: ${got}`
    return new RakkoError('DATABASE_DAMAGED', words, { name, got }, { cause })
  }
  // The whole database is read into memory.
  if (cause instanceof RangeError) return environmentFailed(got, cause)
  const words = `the database "${name}" in IndexedDB cannot be read, and was left as it is: ${got}`
  return new RakkoError('STORAGE_UNAVAILABLE', words, { name, got }, { cause })
}

async function openDatabase(name: string): Promise<IDBDatabase> {
  try {
    const request = indexedDB.open(databaseName(name), VERSION)
    request.onupgradeneeded = () => {
      const { objectStoreNames } = request.result
      for (const store of STORES) if (!objectStoreNames.contains(store)) request.result.createObjectStore(store)
    }
    return await done(request)
  } catch (error) {
    if (error instanceof DOMException && error.name === 'VersionError') {
      const words = `the database "${name}" in IndexedDB was written by a later version`
      throw new RakkoError('DATABASE_TOO_NEW', words, { name, expected: VERSION })
    }
    const words = `IndexedDB cannot be used: ${wordsOf(error)}`
    throw new RakkoError('STORAGE_UNAVAILABLE', words, { name, got: wordsOf(error) }, { cause: error })
  }
}

/** After one failure nothing is stored any more: what the failed transaction was to store would be missing from it. */
function persistence(database: IDBDatabase, devices: readonly MemoryDevice[], opening: number): () => Promise<void> {
  let failure: unknown
  return async () => {
    if (failure !== undefined) throw failure
    try {
      await persist(database, devices, opening)
    } catch (error) {
      failure = error
      throw error
    }
  }
}

async function raiseOpenings(fence: IDBObjectStore): Promise<number> {
  const before: unknown = await done(fence.get(OPENINGS))
  const opening = (typeof before === 'number' ? before : 0) + 1
  fence.put(opening, OPENINGS)
  return opening
}

function takenOver(name: string): RakkoError {
  const words = `the database "${name}" was opened by another page meanwhile; nothing more is stored from here`
  return new RakkoError('DATABASE_IN_USE', words, { name })
}

/** What was taken from the devices is in the transaction before anything else can write to them. */
function persist(database: IDBDatabase, devices: readonly MemoryDevice[], opening: number): Promise<void> {
  const transaction = database.transaction(STORES, 'readwrite', { durability: 'strict' })
  let isTakenOver = false
  const latest = transaction.objectStore('fence').get(OPENINGS)
  latest.onsuccess = () => {
    isTakenOver = latest.result !== opening
    if (isTakenOver) transaction.abort()
  }
  const chunks = transaction.objectStore('chunks')
  const sizes = transaction.objectStore('sizes')
  for (const [index, device] of devices.entries()) {
    const name = DEVICES[index] as string
    const changes = device.takeChanges()
    for (const [number, chunk] of changes.chunks) {
      if (chunk) chunks.put(chunk, [name, number])
      else chunks.delete([name, number])
    }
    sizes.put(changes.bytes, name)
  }
  return new Promise((resolve, reject) => {
    transaction.oncomplete = () => resolve()
    transaction.onabort = () => {
      const cause = transaction.error ?? new Error('IndexedDB gave the transaction up')
      reject(isTakenOver ? takenOver(database.name) : cause)
    }
  })
}

export function done<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result)
    request.onerror = () => reject(request.error ?? new Error('IndexedDB gave no reason'))
  })
}
