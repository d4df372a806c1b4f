import { type PublicKey, RakkoError, SEED_BYTES, selfTestSigner, type Verifier } from '@rakko/core'
import { wordsOf } from '@rakko/store/pglite'
import type { KeptKey, KeyStore } from '../key-store.js'
import { generateKeyHandle, handleSigner, type KeyHandle } from './native-key.js'
import { webSigner } from './web-signer.js'

/**
 * IndexedDB `rakko-keys`, version 1: one object store `keys`, its keys `<database id>`, of retired ones
 * `<database id> <public key>`. A value is a KeyHandle or, where WebCrypto has no Ed25519 or IndexedDB cannot hold its
 * keys, a SeedRecord. Keys of databases that are gone stay.
 */
const DATABASE = 'rakko-keys'
const VERSION = 1
const STORE = 'keys'

interface SeedRecord {
  readonly seed: Uint8Array
}

type KeyRecord = KeyHandle | SeedRecord

/** The caller holds the database's lock, so nobody else makes a key for it meanwhile. `verifier` tries it. */
export function indexedDbKeys(verifier?: Verifier): KeyStore {
  return {
    async open(databaseId) {
      return withDatabase(async (database) => {
        const key = await openKey(database, databaseId, verifier)
        return { ...key, retire: () => withDatabase((again) => retire(again, databaseId, key.signer.publicKey)) }
      })
    },
  }
}

async function withDatabase<Result>(work: (database: IDBDatabase) => Promise<Result>): Promise<Result> {
  try {
    const database = await openDatabase()
    try {
      return await work(database)
    } finally {
      database.close()
    }
  } catch (cause) {
    if (cause instanceof RakkoError) throw cause
    const got = wordsOf(cause)
    throw new RakkoError('KEY_STORE_FAILED', `The key store in IndexedDB failed: ${got}`, { got }, { cause })
  }
}

type OpenedKey = Omit<KeptKey, 'retire'>

async function openKey(database: IDBDatabase, databaseId: string, verifier: Verifier | undefined): Promise<OpenedKey> {
  const kept = await read(database, databaseId)
  if (kept !== undefined) return keptKey(kept, verifier)
  const made = await newHandle(verifier)
  if (made !== undefined && (await write(database, databaseId, made).then(() => true, isUncloneable)))
    return keptKey(made, verifier)
  const seed: SeedRecord = { seed: crypto.getRandomValues(new Uint8Array(SEED_BYTES)) }
  await write(database, databaseId, seed)
  return keptKey(seed, verifier)
}

async function keptKey(record: KeyRecord, verifier: Verifier | undefined): Promise<OpenedKey> {
  if ('privateKey' in record) return { signer: handleSigner(record), protection: 'non-extractable' }
  return { signer: await webSigner(record.seed, verifier), protection: 'seed' }
}

/** Undefined where WebCrypto has no Ed25519, or signs wrong. */
async function newHandle(verifier: Verifier | undefined): Promise<KeyHandle | undefined> {
  try {
    const handle = await generateKeyHandle()
    return (await selfTestSigner(handleSigner(handle), verifier)).length === 0 ? handle : undefined
  } catch {
    return undefined
  }
}

/** A browser whose IndexedDB holds no such keys says so by this error; any other one is a failure. */
function isUncloneable(error: unknown): false {
  if (error instanceof DOMException && error.name === 'DataCloneError') return false
  throw error
}

function openDatabase(): Promise<IDBDatabase> {
  const request = indexedDB.open(DATABASE, VERSION)
  request.onupgradeneeded = () => request.result.createObjectStore(STORE)
  return resultOf(request)
}

function read(database: IDBDatabase, databaseId: string): Promise<KeyRecord | undefined> {
  return resultOf(database.transaction(STORE).objectStore(STORE).get(databaseId))
}

/** Under another name, where no open looks for it: the record may be all that there is of the key. */
async function retire(database: IDBDatabase, databaseId: string, publicKey: PublicKey): Promise<void> {
  const record = await read(database, databaseId)
  if (record === undefined) return
  await write(database, `${databaseId} ${publicKey}`, record)
  await resultOf(database.transaction(STORE, 'readwrite').objectStore(STORE).delete(databaseId))
}

/** Resolves when the record is kept: an entry that was signed with a key that got lost could never be followed. */
async function write(database: IDBDatabase, databaseId: string, record: KeyRecord): Promise<void> {
  const transaction = database.transaction(STORE, 'readwrite', { durability: 'strict' })
  const done = new Promise<void>((resolve, reject) => {
    transaction.oncomplete = () => resolve()
    transaction.onabort = () => reject(transaction.error ?? new Error('the transaction was aborted'))
  })
  // A record that cannot be cloned throws here, and its transaction ends empty.
  transaction.objectStore(STORE).put(record, databaseId)
  await done
}

function resultOf<Result>(request: IDBRequest<Result>): Promise<Result> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result)
    request.onerror = () => reject(request.error ?? new Error('the request failed'))
  })
}
