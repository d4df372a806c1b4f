import type { DocumentId, DocumentOperation, DocumentViewId, Hash, PublicKey, ReducedDocument } from '@rakko/core'
import type { ReceivedItem } from '../decide/received-item.js'
import type { KnownSchema } from '../schemas/schema-registry.js'
import type { LogEntries } from './log-entries.js'
import type { Tips } from './tips.js'

export interface AuthorState {
  readonly number: number
  readonly publicKey: PublicKey
  highestLogId: bigint | undefined
  /** Whether a log of this author is forked. */
  isForked: boolean
  readonly isNew: boolean
  isChanged: boolean
  readonly logs: Map<bigint, LogState>
  /** A log in which the author writes a document. Undefined where one was looked for, and there is none. */
  readonly logOf: Map<DocumentId, bigint | undefined>
}

type NewAuthorState = Pick<AuthorState, 'number' | 'publicKey' | 'highestLogId' | 'isForked' | 'isNew'>

/** An author of whom no log is loaded. */
export function authorState(author: NewAuthorState): AuthorState {
  return { ...author, isChanged: author.isNew, logs: new Map(), logOf: new Map() }
}

export interface LogState {
  readonly author: AuthorState
  readonly logId: bigint
  /** Number of the one document that the log writes to. */
  readonly document: number
  seqNum: bigint
  hash: Hash
  isForked: boolean
  readonly isNew: boolean
  isChanged: boolean
  /** Entries before the latest that links may name. */
  entries: LogEntries | undefined
}

export interface DocumentState {
  readonly number: number
  readonly id: DocumentId
  readonly schema: KnownSchema
  /** Signer of the CREATE. */
  readonly owner: PublicKey
  readonly isNew: boolean
  isChanged: boolean
  readonly tips: Tips
  /** The view that is stored; undefined in a new document. */
  readonly storedViewId: DocumentViewId | undefined
  isDeleted: boolean
  /** Its payloads were dropped. It can be reduced no more and need not be, since it stays deleted. */
  isPurged: boolean
  /**
   * The latest view, whose `fields` hold what this transaction has set. `created` while the CREATE is all there is.
   * Undefined once only a reduction of the whole graph can tell.
   */
  view: ReducedDocument | 'created' | undefined
  /** Operations that this transaction adds. */
  readonly added: AddedOperation[]
}

/** A document whose decisions are taken back, see ingest/take-back.ts. */
export interface DecidedAgain {
  /** The number that it had. */
  readonly number: bigint
  /** Number of the schema that it had. */
  readonly schema: number
  /** Whether all its entries wait, or were decided again. Before that nothing can build on them. */
  isMoved: boolean
  /** Whether a DELETE of it was held again. */
  isDeleted: boolean
}

export interface AddedOperation extends DocumentOperation {
  /** Arrival number. */
  readonly number: number
}

export interface NewSchema extends KnownSchema {
  /** Number of the definition's CREATE. */
  readonly definition: number
}

/** An entry accepted: a row of `entries`. */
export interface AcceptedEntry {
  readonly number: number
  readonly item: ReceivedItem
  readonly author: AuthorState
  readonly document: DocumentState
}

/** An entry of which only the decision is kept. */
export interface DecidedHash {
  readonly number: number
  readonly hash: Hash
  readonly decision: 'refused' | 'forgotten'
}
