import type { DocumentId, DocumentViewId, NextArgs, PublicKey, QueryInput, SchemaId } from '@rakko/core'
import type { IngestItem, VerifyReport } from '@rakko/store'
import type { MessagePortLike, PeerHeads } from '@rakko/sync'
import type { ForgetParams, OpenParams } from '../open-params.js'
import type { Batch, BatchResult } from '../sign/batch.js'
import type { StorageReport } from '../storage-report.js'
import type {
  ErrorData,
  SubscriptionUpdate,
  WireFields,
  WireIngestOutcome,
  WireOperation,
  WirePage,
  WireRow,
  WireSqlRow,
} from './wire.js'

export type {
  ExpectedSchema,
  ForgetParams,
  LockCommit,
  OpenParams,
  PurgeParams,
  SchemaParams,
  SyncParams,
  SyncQuotas,
} from '../open-params.js'

/**
 * Every message between an app's side and a node. All are plain data that a structured clone carries (bigints and
 * Uint8Arrays included), so one surface runs over any channel.
 *
 * | message | direction  | its reply                                               |
 * |---------|------------|---------------------------------------------------------|
 * | Request | to a node  | exactly one Reply with the same id                      |
 * | Cancel  | to a node  | an acknowledging Reply; the request cancelled still gets its own |
 * | Read    | to a node  | an acknowledging Reply                                  |
 * | Reply   | to the app | –                                                       |
 */
export type ToNode = Request | Cancel | Read

export interface Request<M extends Method = Method> {
  /** Chosen by the caller: an integer from 0, not in use by another of its pending requests. */
  readonly id: number
  readonly method: M
  readonly params: Methods[M]['params']
}

/** The caller no longer waits: what was not begun is dropped. */
export interface Cancel {
  readonly cancel: number
}

/** The reply with this receipt was read, and all before it. */
export interface Read {
  readonly read: number
}

/**
 * `id` is null where the message had none that could be read. Who gets a `receipt` sends it back in a Read: past a limit
 * no more is read for who does not.
 */
export type Reply =
  | { readonly id: number | null; readonly ok: true; readonly result: unknown; readonly receipt?: number }
  | { readonly id: number | null; readonly ok: false; readonly error: ErrorData }

export type Method = keyof Methods

/** Every method: what it takes and what it returns. */
export interface Methods {
  /** First call of a session. Opens the database where the node is opened by its app, else only adds the schemas. */
  open: { params: OpenParams; result: NodeInfo }
  /** Outcomes in order of the items; one item's fault does not touch the others. */
  create: { params: CreateParams; result: readonly (DocumentId | ErrorData)[] }
  update: { params: ChangesParams<UpdateChange>; result: readonly (DocumentViewId | ErrorData)[] }
  delete: { params: ChangesParams<Change>; result: readonly (DocumentViewId | ErrorData)[] }
  /** All or none. Rejects with the error of the first write that is refused; `details.index` is its place. */
  batch: { params: Batch & OfPort; result: readonly BatchResult[] }
  /** Undefined where unknown, deleted or of another schema. */
  get: { params: { readonly schemaId: SchemaId; readonly documentId: string }; result: WireRow | undefined }
  /** Undefined where an operation of the view is unknown or of another schema. */
  view: { params: { readonly schemaId: SchemaId; readonly viewId: string }; result: WireRow | undefined }
  /** In the order of reduction; undefined where the document is unknown or of another schema. */
  history: {
    params: { readonly schemaId: SchemaId; readonly documentId: string }
    result: readonly WireOperation[] | undefined
  }
  page: { params: QueryParams; result: WirePage }
  count: { params: QueryParams; result: number }
  /** Opens a live query of this session; at most MAX_LIVE_QUERIES are open at once. */
  live: { params: LiveParams; result: SubscriptionParams }
  /**
   * Opens a subscription to the node's events. The events since the node was opened come first. It counts as a live
   * query.
   */
  events: { params: Record<never, never>; result: SubscriptionParams }
  /** Opens a subscription to how it stands with all peers: now, and as it changes. It counts as a live query. */
  peers: { params: Record<never, never>; result: SubscriptionParams }
  /** Keeps a session with the peer at an address from now on. With a port, which is transferred, the address names it. */
  connect: { params: ConnectParams; result: undefined }
  disconnect: { params: { readonly address: string }; result: undefined }
  /** The network has changed, or the device woke up: peers that are away are dialled at once. */
  wake: { params: Record<never, never>; result: undefined }
  /** What each peer that is up, and can tell, has of the logs of a key. */
  keyHeads: { params: { readonly publicKey: string }; result: readonly PeerHeads[] }
  /**
   * The next update of a subscription, as soon as there is one; asking for it acknowledges those before. Undefined once
   * it was closed. A live query that fails is closed with it.
   */
  next: { params: NextParams; result: SubscriptionUpdate | undefined }
  /** Ends a subscription of this session. */
  end: { params: SubscriptionParams; result: undefined }
  publish: { params: { readonly entry: Uint8Array; readonly operation: Uint8Array }; result: NextArgs }
  /** Outcomes in order of the items, of which MAX_INGEST_ITEMS and MAX_INGEST_BYTES are taken at most. */
  ingest: { params: { readonly items: readonly IngestItem[] }; result: readonly WireIngestOutcome[] }
  nextArgs: { params: { readonly publicKey: string; readonly viewId?: string | undefined }; result: NextArgs }
  /** One SELECT over views of the schemas. Values as the driver has them: ints are bigints, bytes Uint8Arrays. */
  sql: { params: { readonly text: string; readonly params: readonly unknown[] }; result: readonly WireSqlRow[] }
  /** Rejects unless exactly one of the members is there. */
  forget: { params: ForgetParams; result: undefined }
  stateHash: { params: { readonly schemaId: SchemaId }; result: string }
  storage: { params: Record<never, never>; result: StorageReport }
  /** Does the next slice of a verification. Where none is under way it begins one. */
  verify: { params: Record<never, never>; result: VerifyReport }
  /** Ends the session. Where the session opened the node: finishes what was begun, then closes the database. */
  close: { params: Record<never, never>; result: undefined }
}

export interface NodeInfo {
  readonly publicKey: PublicKey
  readonly databaseId: string
}

/** What a served port asks for beside others. */
export interface OfPort {
  /** By a number that whoever serves it has given it; none for the app's own. */
  readonly port?: number | undefined
}

export interface CreateParams extends OfPort {
  readonly schemaId: SchemaId
  readonly items: readonly WireFields[]
  /** Stands for the whole list, see MAX_IDEMPOTENCY_ID_CHARS. */
  readonly idempotencyId?: string | undefined
}

export interface ChangesParams<C extends Change> extends OfPort {
  readonly schemaId: SchemaId
  readonly changes: readonly C[]
}

export interface Change {
  readonly documentId: string
  /** The view that the change follows; default the current one. */
  readonly previous?: string | undefined
}

export interface UpdateChange extends Change {
  readonly fields: WireFields
}

export interface QueryParams {
  readonly schemaId: SchemaId
  readonly query: QueryInput
}

export interface LiveParams extends QueryParams, OfPort {}

export interface ConnectParams {
  /** Of a port: what it is to be called here, `port:` and what nobody else has. */
  readonly address: string
  /** Its other end is another node's. */
  readonly port?: MessagePortLike | undefined
}

export interface SubscriptionParams {
  /** Given by `live` and `events`, this session's own. */
  readonly subscription: number
}

export interface NextParams extends SubscriptionParams {
  /** That of the update before, where it had one. */
  readonly receipt?: number | undefined
}

/** The object that a channel carries: one function, so that a peer can reach nothing else. */
export interface Facade {
  /** Never rejects: what goes wrong is a Reply too. */
  handle(message: unknown): Promise<Reply>
}
