import type { DocumentId, Hash, PublicKey, SchemaId } from '@rakko/core'
import type { ComparedRange } from '../reconcile/range.js'

/**
 * What two Rakko nodes tell each other, one member for each type of frame. `docs/wire.md` has the layouts and the
 * rules; `encodeFrame` and `decodeFrame` are the only ones who know bytes.
 */
export type Frame =
  | HelloFrame
  | ProofFrame
  | PullFrame
  | ArrivalsFrame
  | TakenFrame
  | LostFrame
  | StopFrame
  | FetchFrame
  | FetchedFrame
  | CompareFrame
  | ComparedFrame
  | CompareHeadsFrame
  | ComparedHeadsFrame
  | HeadsFrame
  | HeadsAreFrame
  | PingFrame
  | PongFrame
  | EndFrame

/** A place in the order of arrival of one database: a number, and the id there. Number 0 has no id. */
export interface ArrivalMark {
  readonly number: number
  readonly id?: Hash | undefined
}

/** What of a database's entries is meant. What a member leaves out is not narrowed. */
export interface Scope {
  readonly schemas?: readonly SchemaId[] | undefined
  readonly authors?: readonly PublicKey[] | undefined
  readonly documents?: readonly DocumentId[] | undefined
  /** Pieces of blobs are left out. */
  readonly withoutPieces?: boolean | undefined
}

/** An entry on its way. Without an operation where that was purged; a bare hash where only the id is offered. */
export type Item = Hash | EntryItem

export interface EntryItem {
  readonly entry: Uint8Array
  readonly operation?: Uint8Array | undefined
}

export interface HelloFrame {
  readonly type: 'hello'
  readonly version: number
  /** 32 hexadecimal digits. */
  readonly databaseId: string
  readonly publicKey: PublicKey
  /** 32 bytes. */
  readonly nonce: Uint8Array
  readonly latest: ArrivalMark
  readonly asksProof: boolean
  readonly capabilities: readonly string[]
  readonly maxFrameBytes: number
  readonly creditBytes: number
}

export interface ProofFrame {
  readonly type: 'proof'
  /** What the signer has dialled; empty where it did not dial. */
  readonly address: string
  /** 64 bytes. */
  readonly signature: Uint8Array
}

export interface PullFrame {
  readonly type: 'pull'
  readonly pull: number
  readonly mode: 'entries' | 'ids'
  readonly scope: Scope | undefined
  readonly after: ArrivalMark
  /** The comparison that it follows; 0 for none. */
  readonly compare: number
}

export interface ArrivalsFrame {
  readonly type: 'arrivals'
  readonly pull: number
  /** The resume point behind this frame. Number 0: it leads nowhere yet. */
  readonly upTo: ArrivalMark
  /** The sender's latest arrival number. */
  readonly latest: number
  /** How many entries the difference has, where this is a piece of it; else 0. */
  readonly first: number
  readonly items: readonly Item[]
}

export interface TakenFrame {
  readonly type: 'taken'
  readonly pull: number
  /** How many Arrivals of the pull were decided so far. */
  readonly frames: number
}

export interface LostFrame {
  readonly type: 'lost'
  readonly pull: number
  readonly reason: 'beyond' | 'other-id'
}

export interface StopFrame {
  readonly type: 'stop'
  readonly pull: number
}

export interface FetchFrame {
  readonly type: 'fetch'
  readonly fetch: number
  readonly ids: readonly Hash[]
}

export interface FetchedFrame {
  readonly type: 'fetched'
  readonly fetch: number
  /** Whether nothing else of what was asked is here. */
  readonly isLast: boolean
  readonly items: readonly EntryItem[]
}

export interface CompareFrame {
  readonly type: 'compare'
  readonly compare: number
  readonly latest: ArrivalMark
  readonly scope: Scope | undefined
  readonly ranges: readonly ComparedRange[]
}

export interface ComparedFrame {
  readonly type: 'compared'
  readonly compare: number
  readonly latest: ArrivalMark
  readonly ranges: readonly ComparedRange[]
}

export interface LogName {
  readonly publicKey: PublicKey
  readonly logId: bigint
}

/** The head of a log, and whose it is. */
export type LogHead = LogName & Head

export interface CompareHeadsFrame {
  readonly type: 'compare-heads'
  readonly compare: number
  readonly latest: ArrivalMark
  readonly scope: Scope | undefined
  /** The last log that these heads tell of; undefined where they tell of all that follow. */
  readonly upTo: LogName | undefined
  readonly heads: readonly LogHead[]
}

export interface ComparedHeadsFrame {
  readonly type: 'compared-heads'
  readonly compare: number
  readonly latest: ArrivalMark
  /** Both are too different: the comparison is over and found nothing. */
  readonly isTooMuch: boolean
  readonly upTo: LogName | undefined
  /** Logs of the logs compared last, which the receiver has to give from the beginning. */
  readonly whole: readonly LogName[]
  readonly heads: readonly LogHead[]
}

export interface HeadsFrame {
  readonly type: 'heads'
  readonly request: number
  readonly publicKey: PublicKey
  readonly fromLogId: bigint
}

export interface HeadsAreFrame {
  readonly type: 'heads-are'
  readonly request: number
  readonly isLast: boolean
  readonly heads: readonly Head[]
}

/** The highest entry of a log; of a forked one, of one of its branches. */
export interface Head {
  readonly logId: bigint
  readonly seqNum: bigint
  readonly id: Hash
  readonly isForked: boolean
}

export interface PingFrame {
  readonly type: 'ping'
  readonly number: number
}

export interface PongFrame {
  readonly type: 'pong'
  readonly number: number
}

export interface EndFrame {
  readonly type: 'end'
  readonly code: EndCode
  readonly text: string
}

export const END_CODES = [
  'bye',
  'bad-frame',
  'frame-too-large',
  'wrong-version',
  'same-node',
  'proof-failed',
  'not-allowed',
  'too-slow',
  'too-much',
  'failed',
] as const

/** Why a side ends a channel; one that is not known reads as `failed`. */
export type EndCode = (typeof END_CODES)[number]
