import { parseSchemaId, type Verifier } from '@rakko/core'
import { type AllowSchemas, createStore, DEFAULT_SCHEMA_NAME, type Driver, purgePolicy } from '@rakko/store'
import type { KeyStore } from './key-store.js'
import type { Timers } from './maintenance-scheduler.js'
import { createNode, type Node } from './node.js'
import type { NodeEvent } from './node-event.js'
import type { NodeOptions } from './node-options.js'
import type { OpenParams, PurgeParams, SchemaParams } from './open-params.js'
import type { WriterSigner } from './sign/signing-round.js'
import type { StorageReport } from './storage-report.js'
import type { NodeSyncOptions } from './sync/node-sync.js'
import type { SyncPlatform } from './sync/sync-platform.js'
import { syncScope } from './sync/sync-scope.js'

export interface AssembleOptions {
  /** Open; the node closes it, also where assembling fails. */
  readonly driver: Driver
  /** PostgreSQL schema that the tables live in. */
  readonly schemaName?: string | undefined
  readonly keys: KeyStore
  /** Passed core's self-test. */
  readonly verifier: Verifier
  /** Milliseconds since 1970. */
  readonly now: () => number
  /** So many random bytes, fit for keys. */
  readonly random: (length: number) => Uint8Array
  /** Resolves once what already waits in the event loop was handled. */
  readonly pause: () => Promise<void>
  /** See NodeOptions. */
  readonly timers?: Timers | undefined
  /** What a report says beside where the key lies. */
  readonly storage: () => Promise<Omit<StorageReport, 'key' | 'maintenance'>>
  /** Whose deletions free space here. */
  readonly purge?: PurgeParams | undefined
  /** See OpenParams. */
  readonly verifyEveryMs?: number | undefined
  /** A way to other nodes. */
  readonly platformSync?: SyncPlatform | undefined
  /** See OpenParams. */
  readonly sync?: OpenParams['sync'] | undefined
  /** See NodeSyncOptions. */
  readonly guests?: NodeSyncOptions['guests']
  readonly onDialled?: NodeSyncOptions['onDialled'] | undefined
  readonly creditBytes?: NodeSyncOptions['creditBytes'] | undefined
  /** See NodeOptions. */
  readonly beforeClose?: NodeOptions['beforeClose']
  readonly schemas?: SchemaParams | undefined
  /** See OpenParams. */
  readonly allowSchemas?: OpenParams['allowSchemas'] | undefined
}

/** Puts a node together on an open database: store, key, schemas. Where a part fails, the database is closed again. */
export async function assembleNode(options: AssembleOptions): Promise<Node> {
  const {
    driver,
    schemaName = DEFAULT_SCHEMA_NAME,
    keys,
    verifier,
    now,
    random,
    pause,
    timers,
    storage,
    purge,
    verifyEveryMs,
    schemas,
    platformSync,
    sync,
    guests,
    onDialled,
    creditBytes,
    beforeClose,
  } = options
  try {
    const policy = purgePolicy(purge)
    const allowSchemas = allowListOf(options.allowSchemas)
    const store = await createStore({
      driver,
      schemaName,
      verifier,
      allowSchemas,
      now,
      random,
      pause,
      purge: policy,
      verifyEveryMs,
    })
    let key = await keys.open(store.databaseId)
    const renewKey = async (): Promise<WriterSigner> => {
      await key.retire()
      key = await keys.open(store.databaseId)
      return key.signer
    }
    // What a node writes is never parked: an earlier process was ended before it had put the key aside.
    const { publicKey } = key.signer
    const operationId = await store.parkedEntryOf(publicKey)
    const found: NodeEvent[] = []
    if (operationId !== undefined) {
      found.push({ type: 'key-cloned', publicKey, operationId, newPublicKey: (await renewKey()).publicKey })
    }
    const { exposedMode: mode } = key
    if (mode !== undefined) found.push({ type: 'key-exposed', publicKey: key.signer.publicKey, mode })
    const report = async (): Promise<StorageReport> => ({ ...(await storage()), key: key.protection })
    const scope = syncScope(sync)
    const { silenceMs, quotas } = sync ?? {}
    const bounds = { silenceMs, quotas, creditBytes }
    const withSync = platformSync &&
      timers && { platform: platformSync, timers, now, random, scope, ...bounds, guests, onDialled }
    const node = createNode({
      store,
      signer: key.signer,
      renewKey,
      found,
      storage: report,
      pause,
      timers,
      sync: withSync,
      beforeClose,
    })
    if (schemas !== undefined) await node.addSchemas(schemas)
    for (const address of sync?.addresses ?? []) node.sync.add(address)
    return node
  } catch (error) {
    // What failed first is what the caller has to know.
    await driver.close().catch(() => undefined)
    throw error
  }
}

/** Throws INVALID_SCHEMA_ID. */
function allowListOf(allow: OpenParams['allowSchemas'] = 'all'): AllowSchemas {
  return allow === 'all' ? 'all' : allow.map((id) => parseSchemaId(id))
}
