import { refusal } from '@rakko/core'
import { assembleNode } from '../assemble-node.js'
import { chooseVerifier } from '../choose-backend.js'
import { useFastBlake3 } from '../fast-blake3.js'
import type { Node } from '../node.js'
import type { OpenParams } from '../open-params.js'
import type { StorageReport } from '../storage-report.js'
import { webSync } from './dial.js'
import { indexedDbKeys } from './indexeddb-keys.js'
import { memoryKeys } from './memory-keys.js'
import { webVerifier } from './native-key.js'
import { type OpenedWebStorage, type OpenWebStorageOptions, openWebStorage } from './open-storage.js'
import { platform } from './platform.js'

/**
 * A node of this worker, its key in IndexedDB; with memory storage, in memory. Throws what `openWebStorage`, the key
 * store and `addSchemas` do, and leaves nothing open then.
 */
export async function openWebNode(params: OpenParams): Promise<Node> {
  const options = storageOptions(params)
  const [verifier] = await Promise.all([chooseVerifier(webVerifier()), useFastBlake3()])
  const opened = await openWebStorage(options)
  return assembleNode({
    driver: opened.driver,
    keys: opened.kind === 'memory' ? memoryKeys(verifier) : indexedDbKeys(verifier),
    verifier,
    ...platform,
    random: (length) => crypto.getRandomValues(new Uint8Array(length)),
    storage: () => report(opened),
    purge: params.purge,
    verifyEveryMs: params.verifyEveryMs,
    schemas: params.schemas,
    allowSchemas: params.allowSchemas,
    platformSync: webSync,
    sync: params.sync,
  })
}

function storageOptions({ name, storage: kind = 'auto' }: OpenParams): OpenWebStorageOptions {
  if (name === undefined) {
    throw refusal('INVALID_ARGUMENT', { field: 'name', expected: 'text', got: 'undefined' })
  }
  if (kind === 'auto' || kind === 'opfs' || kind === 'indexeddb' || kind === 'memory') return { kind, name }
  const about = 'No such storage in a browser'
  throw refusal('STORAGE_UNAVAILABLE', { field: 'storage', expected: 'opfs, indexeddb or memory', got: kind, about })
}

async function report({ kind, passedOver }: OpenedWebStorage): Promise<Omit<StorageReport, 'key' | 'maintenance'>> {
  const [persisted, { usage, quota }] = await Promise.all([isPersisted(), estimate()])
  return {
    kind,
    ...(passedOver.length > 0 && { passedOver }),
    ...(persisted !== undefined && { persisted }),
    ...(usage !== undefined && { usageBytes: usage }),
    ...(quota !== undefined && { quotaBytes: quota }),
  }
}

/** Outside secure contexts there is no StorageManager. */
async function isPersisted(): Promise<boolean | undefined> {
  return navigator.storage?.persisted().catch(() => undefined)
}

async function estimate(): Promise<StorageEstimate> {
  return (await navigator.storage?.estimate().catch(() => undefined)) ?? {}
}
