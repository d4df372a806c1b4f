import type {
  DocumentId,
  DocumentViewId,
  ErrorCode,
  ErrorDetails,
  NextArgs,
  OperationAction,
  OperationId,
  PublicKey,
  QueryInput,
  RakkoError,
  SchemaId,
} from '@rakko/core'
import type { IngestItem, IngestOutcome, VerifyReport } from '@rakko/store'
import type { LinkState, MessagePortLike, PeerStatus } from '@rakko/sync'
import type { NodeEvent } from '../node-event.js'
import type { ForgetParams, OpenParams } from '../open-params.js'
import type { Batch, BatchResult } from '../sign/batch.js'
import type { StorageReport } from '../storage-report.js'

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

/** A RakkoError as data; anything else that was thrown travels as INTERNAL. */
export interface ErrorData {
  readonly code: ErrorCode
  readonly message: string
  readonly details: ErrorDetails
  /** The cause's text, without its stack. */
  readonly cause?: string
}

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
  /** The network has changed, or the device woke up. */
  wake: { params: Record<never, never>; result: undefined }
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

/** By column name; NULL is null. */
export type WireSqlRow = Readonly<Record<string, unknown>>

/**
 * Field values by name: booleans, numbers, bigints, texts, Uint8Arrays, arrays of ids. Untrusted until checked against
 * the schema.
 */
export type WireFields = Readonly<Record<string, unknown>>

/** Field values as a schema has typed them; ints are bigints here whatever the app declared. */
export type WireValue = boolean | bigint | number | string | Uint8Array | readonly string[]

export interface WireRow {
  readonly id: DocumentId
  readonly viewId: DocumentViewId
  readonly owner: PublicKey
  readonly signer: PublicKey
  readonly edited: boolean
  readonly deleted: boolean
  readonly fields: Readonly<Record<string, WireValue>>
  /** What the query included, by field. */
  readonly related?: Readonly<Record<string, WireRelated>>
}

/** An operation of a document's history, see core's HistoryOperation. */
export interface WireOperation {
  readonly id: OperationId
  readonly publicKey: PublicKey
  readonly action: OperationAction
  readonly previous: readonly OperationId[]
  readonly fields: Readonly<Record<string, WireValue>>
  readonly depth: number
  readonly branch: number
  readonly isTip: boolean
  readonly viewId: DocumentViewId
}

/** Of a single relation a row, or null where it leads to none; of a list rows, or a page where one was asked for. */
export type WireRelated = WireRow | null | readonly WireRow[] | WirePage

/** Cursors are absent on an empty page. */
export interface WirePage {
  readonly rows: readonly WireRow[]
  readonly startCursor?: string
  readonly endCursor?: string
  readonly hasNextPage: boolean
  readonly hasPreviousPage: boolean
  /** Where the query asked for it. */
  readonly count?: number
  /** How many documents of the schema are lost, where some are. */
  readonly lost?: number
}

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

/**
 * What a subscription tells: of a live query, of events, one at least, or of all peers. At a served port it has a receipt, which only
 * knows who has read it: whoever does not name it gets no further update.
 */
export type SubscriptionUpdate = (
  | LiveUpdate
  | { readonly events: readonly WireNodeEvent[] }
  | { readonly peers: readonly WirePeerStatus[] }
) & {
  readonly receipt?: number
}

/** A PeerStatus whose error is data. */
export type WirePeerStatus = Omit<PeerStatus, 'link'> & { readonly link: WireLinkState }

export type WireLinkState = WithErrorData<LinkState>

/** A NodeEvent whose error is data. */
export type WireNodeEvent = WithErrorData<NodeEvent>

/** An IngestOutcome whose error is data. */
export type WireIngestOutcome = WithErrorData<IngestOutcome>

/** The same, but for the error. */
type WithErrorData<One> = One extends { readonly error: RakkoError }
  ? Omit<One, 'error'> & { readonly error: ErrorData }
  : 'error' extends keyof One
    ? Omit<One, 'error'> & { readonly error?: ErrorData | undefined }
    : One

/**
 * What has changed in a live query's page; from an empty page at first. How its parts compose is said at node/live's
 * PageDelta.
 */
export interface LiveUpdate extends Omit<WirePage, 'rows'> {
  readonly entered: readonly PlacedRow[]
  /** Places before. */
  readonly left: readonly number[]
  readonly moved: readonly { readonly from: number; readonly to: number }[]
  readonly changed: readonly PlacedRow[]
}

export interface PlacedRow {
  /** Place after the change. */
  readonly index: number
  readonly row: WireRow
}

/** The object that a channel carries: one function, so that a peer can reach nothing else. */
export interface Facade {
  /** Never rejects: what goes wrong is a Reply too. */
  handle(message: unknown): Promise<Reply>
}
