import type {
  DocumentId,
  DocumentViewId,
  ErrorCode,
  ErrorDetails,
  OperationAction,
  OperationId,
  PublicKey,
  RakkoError,
} from '@rakko/core'
import type { IngestOutcome } from '@rakko/store'
import type { LinkState, PeerStatus } from '@rakko/sync'
import type { NodeEvent } from '../node-event.js'

/** A RakkoError as data; anything else that was thrown travels as INTERNAL. */
export interface ErrorData {
  readonly code: ErrorCode
  readonly message: string
  readonly details: ErrorDetails
  /** The cause's text, without its stack. */
  readonly cause?: string
}

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

/**
 * What a subscription tells: of a live query, of events, one at least, or of all peers. At a served port it has a
 * receipt, which only knows who has read it: whoever does not name it gets no further update.
 */
export type SubscriptionUpdate = (
  | LiveUpdate
  | { readonly events: readonly WireNodeEvent[] }
  | { readonly peers: readonly WirePeerStatus[] }
) & {
  readonly receipt?: number
  /** Told by a node that took over from another one: it begins anew, from an empty page or with its first event. */
  readonly isAfresh?: boolean
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
