import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { refusal } from '@rakko/core'
import { assembleNode } from '../assemble-node.js'
import { chooseVerifier } from '../choose-backend.js'
import { useFastBlake3 } from '../fast-blake3.js'
import type { Node } from '../node.js'
import type { OpenParams } from '../open-params.js'
import type { NodeSyncOptions } from '../sync/node-sync.js'
import { nodejsSync } from './dial.js'
import { Door } from './door/door.js'
import { DATA_FOLDER } from './inspect-directory.js'
import { keyFile } from './key-file.js'
import { memoryKeys } from './memory-key.js'
import { pooledVerifier } from './native-key.js'
import { type OpenStorageOptions, openStorage } from './open-storage.js'
import { platform } from './platform.js'
import { type ProofOptions, provenGuests } from './proven-guests.js'

/** Where databases lie unless a directory is named, in the working directory. */
const DEFAULT_FOLDER = '.rakko'

/** What whoever serves a node beside its peers adds to how it is opened. */
export interface ServedNodeOptions {
  /** With it a peer has to prove its key: for an address of this node, and none else. */
  readonly proof?: ProofOptions | undefined
  readonly onDialled?: NodeSyncOptions['onDialled'] | undefined
  readonly creditBytes?: NodeSyncOptions['creditBytes'] | undefined
}

/**
 * A node of this process: on a directory (`.rakko/<name>` unless one is named), its key in a file beside it; or in
 * memory, its key there too. Throws what `openStorage`, the key store and `addSchemas` do, and leaves nothing open
 * then.
 */
export async function openNodejsNode(params: OpenParams, served: ServedNodeOptions = {}): Promise<Node> {
  const options = storageOptions(params)
  const [verifier] = await Promise.all([chooseVerifier(pooledVerifier()), useFastBlake3()])
  const { driver, kind, directory, lock } = await openStorage(options)
  const door = new Door()
  const node = await assembleNode({
    driver,
    keys:
      directory === undefined
        ? memoryKeys(verifier)
        : keyFile(`${directory}.key`, join(directory, DATA_FOLDER), verifier),
    verifier,
    ...platform,
    random: (length) => new Uint8Array(randomBytes(length)),
    storage: async () => (directory === undefined ? { kind } : { kind, directory }),
    purge: params.purge,
    verifyEveryMs: params.verifyEveryMs,
    schemas: params.schemas,
    allowSchemas: params.allowSchemas,
    platformSync: nodejsSync,
    sync: params.sync,
    guests: served.proof && provenGuests(verifier, served.proof),
    onDialled: served.onDialled,
    creditBytes: served.creditBytes,
    beforeClose: () => door.close(),
  })
  door.open(node)
  lock?.receive((socket) => door.accept(socket))
  return node
}

function storageOptions({ name, storage = 'auto', directory, durability }: OpenParams): OpenStorageOptions {
  if (storage === 'memory') return { kind: 'memory' }
  if (storage !== 'auto' && storage !== 'directory') {
    const about = 'No such storage in Node'
    throw refusal('STORAGE_UNAVAILABLE', { field: 'storage', expected: 'directory or memory', got: storage, about })
  }
  if (directory === undefined && name === undefined) {
    const expected = 'a path, or a name for the default path'
    throw refusal('INVALID_ARGUMENT', { field: 'directory', expected, got: 'neither' })
  }
  return { kind: 'directory', directory: directory ?? join(DEFAULT_FOLDER, name as string), durability }
}
