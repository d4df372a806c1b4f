import type { Store } from '@rakko/store'
import type { Timers } from './maintenance-scheduler.js'
import type { NodeEvent } from './node-event.js'
import type { WriterSigner } from './sign/signing-round.js'
import type { StorageReport } from './storage-report.js'
import type { NodeSyncOptions } from './sync/node-sync.js'

/** What a node is put together from. */
export interface NodeOptions {
  readonly store: Store
  /** Of the key that belongs to this store's database. */
  readonly signer: WriterSigner
  /**
   * Puts the key aside and makes another for this database. A node without it signs no more once its key was cloned.
   */
  readonly renewKey?: (() => Promise<WriterSigner>) | undefined
  /** What was found before there was a node: its first events. */
  readonly found?: readonly NodeEvent[] | undefined
  /** Asked at each call of `storage`. */
  readonly storage: () => Promise<StorageReport>
  /** See WriterOptions. */
  readonly pause?: (() => Promise<void>) | undefined
  /** With it the node speaks with other nodes. */
  readonly sync?: Omit<NodeSyncOptions, 'store' | 'ingest' | 'signer' | 'onEvent'> | undefined
  /** Called first when the node is closed, while it still takes calls. */
  readonly beforeClose?: (() => Promise<unknown> | undefined) | undefined
  /** Of the platform: with them the node keeps its database healthy by itself. */
  readonly timers?: Timers | undefined
}
