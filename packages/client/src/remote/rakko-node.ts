import type { BoundSchema, Commit, DocumentViewId, NextArgs, PublicKey } from '@rakko/core'
import type { KeyProtection, StorageKind, StorageReport, SyncQuotas, VerifyReport } from '@rakko/node/rpc'
import type { CallOptions } from '../arguments/call-options.js'
import type { Observer, Subscription, SubscriptionOptions } from '../calls/subscription.js'
import type { PortLike } from '../channel/channel.js'
import type { BatchedWrite, BatchWriter } from './batch.js'
import type { Collection, CreateOptions } from './collection.js'
import type { IngestItem, IngestOutcome } from './ingest.js'
import type { NodeEvent } from './node-events.js'
import type { Sync } from './peers.js'
import type { Sql } from './sql.js'
import type { VerifyOptions } from './verify.js'

export type { KeyProtection, StorageKind, StorageReport, SyncQuotas, VerifyOptions, VerifyReport }

export interface OpenNodeOptions extends CallOptions {
  /** 1 to 64 letters, digits, `-` or `_`: names this app's database among those of an origin or a machine. */
  readonly name: string
  /** `schemas` of the generated module. The node takes those commits of its lock that it does not have yet. */
  readonly schemas?: LockedSchemas | undefined
  /**
   * Ids of schemas whose documents this node takes beside those of `schemas`; default `all`. Documents of other schemas
   * are refused with SCHEMA_NOT_ALLOWED.
   */
  readonly allowSchemas?: 'all' | readonly string[] | undefined
  /**
   * Hubs to sync with: one address (`wss://hub.example`), several, or options. Without it the node keeps to itself until
   * `node.sync.connect`.
   */
  readonly sync?: string | readonly string[] | SyncOptions | undefined
  /** Default `auto`: in Node a directory; in a browser OPFS, else IndexedDB, else memory. `storage()` tells which. */
  readonly storage?: 'auto' | StorageKind | undefined
  /** Node: the database's directory; default `.rakko/<name>` in the working directory. */
  readonly directory?: string | undefined
  /**
   * Node: where another process has the directory open, its node is reached, as this very user's. Default: refused with
   * DATABASE_IN_USE. When that process ends, one of those that have joined opens the database.
   */
  readonly join?: boolean | undefined
  /** Whose deletions free space here, and when. Default: a week after its creator has deleted a document. */
  readonly purge?: PurgeOptions | undefined
  /**
   * Between two verifications in quiet moments, in milliseconds, see `verify`. Default: a week. Infinity: only calls of
   * `verify` look.
   */
  readonly verifyEveryMs?: number | undefined
  /**
   * What a write survives that has resolved, in a directory in Node. `process` is the default: the end of the process.
   * With `power` it survives a power cut too, which costs a flush for each group of writes.
   */
  readonly durability?: 'process' | 'power' | undefined
  /**
   * Milliseconds that opening may take, and every later call without a deadline of its own; default 30 000. What was
   * begun is then ended, and the end is not awaited.
   */
  readonly deadlineMs?: number | undefined
}

export interface SyncOptions {
  /** Of hubs and other nodes. */
  readonly addresses: readonly string[]
  /**
   * What this node asks its peers for: entries of documents of these schemas, that these authors have signed, of these
   * documents. All that is given has to fit; default all that the other side has. At most 1 000 ids and keys together.
   */
  readonly schemas?: readonly string[] | undefined
  /** Public keys. What their entries build on comes too. */
  readonly authors?: readonly string[] | undefined
  readonly documents?: readonly string[] | undefined
  /** Pieces of blobs are not asked for. */
  readonly withoutPieces?: boolean | undefined
  /**
   * After how long a peer that says nothing is given up and dialled again, in milliseconds; default 60 000. After a third
   * of it, it is asked for a sign of life.
   */
  readonly silenceMs?: number | undefined
  /** What is taken of others; default any amount. In Node only: a browser's node rejects it with SYNC_UNAVAILABLE. */
  readonly quotas?: SyncQuotas | undefined
}

export interface PurgeOptions {
  /**
   * Which deleted documents lose their payloads. `creator`: those that their creator, or somebody on `allow`, has
   * deleted. `all`: all of them. `never`: none.
   */
  readonly policy?: 'creator' | 'all' | 'never' | undefined
  /** Between the latest change of a deleted document and its purge. */
  readonly graceMs?: number | undefined
  /** Public keys. */
  readonly allow?: readonly string[] | undefined
}

/** Exactly one of these. A schema that the app does not ship is named by its id. */
export type ForgetTarget =
  | { readonly document: string }
  | { readonly schema: BoundSchema | string }
  | { readonly author: string }

/** Reaches a node that another thread or process serves (`servePort`). */
export interface OpenPortOptions extends CallOptions {
  readonly port: PortLike
  readonly schemas?: LockedSchemas | undefined
  readonly deadlineMs?: number | undefined
}

/** What `bindSchemas` returns, as far as opening reads it. */
export interface LockedSchemas {
  readonly $lock: readonly Commit[]
}

/**
 * A node as an app sees it, wherever it runs. Every rejection is a RakkoError. Beside the errors named at each call,
 * all may reject with ABORTED, DEADLINE_EXCEEDED, NODE_CLOSED, WORKER_DIED, STORAGE_FAILED and INTERNAL.
 */
export interface RakkoNode {
  /**
   * Of the key pair that signed this node's own operations when the node was opened. The node takes a new one where it
   * meets entries signed with a copy of the key.
   */
  readonly publicKey: PublicKey
  /** 32 hexadecimal digits, drawn when the database was first opened. */
  readonly databaseId: string
  /** Documents of one schema; the same object for the same schema. Throws INVALID_ARGUMENT where it is no schema. */
  collection<S extends BoundSchema>(schema: S): Collection<S>
  /**
   * Stores all that `work` writes, across collections, or nothing. Live queries see one change. Resolves to the ids of
   * each write, in their order. Rejects with the code of the first write that is refused; `details.index` is its place.
   * Also rejects with what `work` throws, and with INVALID_ARGUMENT beyond 4 096 writes or 32 MB.
   */
  batch(work: (write: BatchWriter) => void, options?: CreateOptions): Promise<BatchedWrite[]>
  /**
   * Publishes an entry that someone else signed. Resolves to the arguments of the next one in its log. Rejects with the
   * code of the first rule that it breaks. The same bytes again are ALREADY_PUBLISHED.
   */
  publish(entry: Uint8Array, operation: Uint8Array, options?: CallOptions): Promise<NextArgs>
  /**
   * Takes entries that others have signed, in any order, by the rules of replication: 4 096 and 32 MB a call at most.
   * Outcomes are in order of the items, and one item's fault does not touch the others. Rejects with INGEST_NOT_ALLOWED
   * over a port that does not allow it.
   */
  ingest(items: readonly IngestItem[], options?: CallOptions): Promise<IngestOutcome[]>
  /**
   * Calls back with the node's events: first those since it was opened, then each as it happens. Callbacks come after
   * the call has returned. Throws INVALID_ARGUMENT.
   */
  onEvent(observer: Observer<NodeEvent> | ((event: NodeEvent) => void), options?: SubscriptionOptions): Subscription
  /** What `publicKey` needs to sign its next entry: for a new document, or for the document of `viewId`. */
  nextArgs(publicKey: PublicKey, viewId?: DocumentViewId, options?: CallOptions): Promise<NextArgs>
  /**
   * Removes documents from this node for good: one, all of a schema, or all that a key has created. This node's own
   * documents are included. They do not come back from peers, nor does what others add to them. Nobody else is told.
   * New documents of the schema can still be created. Rejects with STILL_NEEDED on the definition of a schema, and with
   * INVALID_ARGUMENT, INVALID_SCHEMA_ID, INVALID_HASH or INVALID_PUBLIC_KEY on what is no target.
   */
  forget(target: ForgetTarget, options?: CallOptions): Promise<void>
  /**
   * Compares what the database holds with itself and with its entries, and makes again what they tell. The report says
   * what was repaired and what is lost. It works in slices: other calls wait for one of them at most. Where a signal or
   * a deadline ends it, the next call goes on where it stopped. An event `damage-found` tells everybody.
   */
  verify(options?: VerifyOptions): Promise<VerifyReport>
  /**
   * 64 hexadecimal digits, the same on two nodes where the documents of this schema have the same ids, view ids and
   * deleted flags. Rejects with SCHEMA_NOT_FOUND.
   */
  stateHash(schema: BoundSchema, options?: CallOptions): Promise<string>
  /**
   * One SELECT of the app's own, over views named as its schemas: a column for each field, and `_id`, `_view_id`,
   * `_owner`, `_signer` and `_edited`. It runs read-only, sees nothing else, and returns at most 100 000 rows. Rejects
   * with SQL_FAILED (`details.sqlState` is PostgreSQL's) and INVALID_ARGUMENT, and with SQL_NOT_ALLOWED over a port
   * that does not allow it.
   */
  readonly sql: Sql
  /** The other nodes that this one speaks with. */
  readonly sync: Sync
  storage(options?: CallOptions): Promise<StorageReport>
  /** Asks the browser to keep the data when space gets short. False where it declines or cannot be asked. */
  requestPersistence(options?: CallOptions): Promise<boolean>
  /**
   * Finishes what was begun, closes the database that this node opened, and ends its worker or thread. Later calls
   * reject with NODE_CLOSED. Closing again returns the same promise. It takes 30 seconds at most.
   */
  close(): Promise<void>
  [Symbol.asyncDispose](): Promise<void>
}

/**
 * Opens the app's own node, in a worker or thread of its own, or reaches one over a port. Rejects with the code of what
 * failed (DATABASE_IN_USE, DATABASE_DAMAGED, STORAGE_UNAVAILABLE, INVALID_SCHEMA_LOCK…) and leaves nothing running.
 * What has not ended by the deadline ends later; where a system call does not return it never ends.
 */
export type OpenNode = (options: OpenNodeOptions | OpenPortOptions) => Promise<RakkoNode>
