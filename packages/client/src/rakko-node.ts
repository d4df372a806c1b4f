import type { DocumentViewId, NextArgs, PublicKey } from '@rakko/core'
import type { Collection, CollectionSchema, FieldsOf, RowOf } from './collection-types.js'

/** Where a node keeps its database. `auto` takes the best that the platform has and never memory. */
export type StorageKind = 'opfs' | 'indexeddb' | 'directory' | 'memory'

/** Where the private key lies; it never leaves that place. */
export type KeyProtection =
  /** A WebCrypto key that cannot be exported, in IndexedDB. */
  | 'non-extractable'
  /** 32 bytes in IndexedDB, where the browser keeps no Ed25519 keys. */
  | 'seed'
  /** A file of mode 0600 beside the database's directory. */
  | 'file'
  /** Gone with the node, as the database is. */
  | 'memory'

export interface StorageReport {
  readonly kind: StorageKind
  /** Browser: whether it agreed to keep the data when space gets short. */
  readonly persisted?: boolean
  /** Browser: bytes that this origin uses, as far as the browser tells. */
  readonly usageBytes?: number
  /** Browser: bytes that this origin may use. */
  readonly quotaBytes?: number
  /** Absolute path, where `kind` is `directory`. */
  readonly directory?: string
  readonly key: KeyProtection
}

/** On every call: it ends when the answer comes, the signal fires or the deadline passes, whichever is first. */
export interface CallOptions {
  /** Rejects with ABORTED; what was not begun is dropped, the outcome of what was begun is unknown. */
  readonly signal?: AbortSignal
  /** Milliseconds until DEADLINE_EXCEEDED; without it the node's, see OpenNodeOptions. `Infinity` waits on. */
  readonly deadlineMs?: number
}

export interface OpenNodeOptions extends CallOptions {
  /** 1 to 64 letters, digits, `-` or `_`: tells this app's databases on one origin or machine apart. */
  readonly name: string
  /** The generated module's `schemas`; its lock is published into the node unless it is there already. */
  readonly schemas?: LockedSchemas
  /** Default `auto`: in a browser OPFS, else IndexedDB; in Node a directory. */
  readonly storage?: 'auto' | StorageKind
  /** Node: the database's directory; default `.rakko/<name>` in the working directory. */
  readonly directory?: string
  /** Milliseconds that opening may take, and every later call without a deadline of its own; default 30 000. */
  readonly deadlineMs?: number
}

/** Reaches a node that another thread or process serves (`servePort`). */
export interface OpenPortOptions extends CallOptions {
  readonly port: PortLike
  readonly schemas?: LockedSchemas
  readonly deadlineMs?: number
}

/** What `bindSchemas` returns, as far as opening reads it. */
export interface LockedSchemas {
  readonly $lock: readonly { readonly entry_hash: string; readonly entry: string; readonly operation: string }[]
}

/** The part of a MessagePort that is used; `electronPort` makes one of Electron's. */
export interface PortLike {
  postMessage(message: unknown): void
  addEventListener(type: 'message' | 'close', listener: (event: { readonly data?: unknown }) => void): void
  removeEventListener(type: 'message' | 'close', listener: (event: { readonly data?: unknown }) => void): void
  start?(): void
  close?(): void
}

/**
 * A node as an app sees it, wherever it runs. Every rejection is a RakkoError. Beside the errors named at each call,
 * all may reject with ABORTED, DEADLINE_EXCEEDED, NODE_CLOSED, WORKER_DIED, STORAGE_FAILED and INTERNAL.
 */
export interface RakkoNode {
  /** Of the key pair that signs this node's own operations. */
  readonly publicKey: PublicKey
  /** 32 hexadecimal digits, drawn when the database was first opened. */
  readonly databaseId: string
  /** Documents of one schema. */
  collection<S extends CollectionSchema>(schema: S): Collection<RowOf<S>, FieldsOf<S>>
  /**
   * Publishes an entry that someone else signed; resolves to the arguments of the next one in its log. Rejects with the
   * code of the first rule broken; the very same bytes again are ALREADY_PUBLISHED.
   */
  publish(entry: Uint8Array, operation: Uint8Array, options?: CallOptions): Promise<NextArgs>
  /** What `publicKey` needs to sign its next entry: for a new document, or for the document of `viewId`. */
  nextArgs(publicKey: PublicKey, viewId?: DocumentViewId, options?: CallOptions): Promise<NextArgs>
  storage(options?: CallOptions): Promise<StorageReport>
  /** Browser: asks it to keep the data when space gets short. False where it declines or cannot be asked. */
  requestPersistence(): Promise<boolean>
  /**
   * Finishes what was begun, closes the database where this call opened it, ends its worker or thread. Later calls reject
   * with NODE_CLOSED; closing again is the same promise.
   */
  close(): Promise<void>
  [Symbol.asyncDispose](): Promise<void>
}

/**
 * Opens the app's own node, in a worker or thread of its own, or reaches one over a port. Rejects with the code of what
 * failed (DATABASE_IN_USE, DATABASE_DAMAGED, STORAGE_UNAVAILABLE, INVALID_SCHEMA_LOCK…) and leaves nothing running.
 */
export type OpenNode = (options: OpenNodeOptions | OpenPortOptions) => Promise<RakkoNode>
