import type { Hash, RakkoError } from '@rakko/core'
import type { IdTree } from './reconcile/id-tree.js'
import type { ArrivalMark, EntryItem, LogHead, LogName, Scope } from './wire/frame.js'

/** What sync asks of a node. Every rejection is a RakkoError. */
export interface Replica {
  /** 32 hexadecimal digits. */
  readonly databaseId: string
  /** The latest arrival that is durable here. */
  latest(): Promise<ArrivalMark>
  /** The id of the arrival under a number, whatever became of the entry; undefined beyond the latest. */
  idAt(number: number): Promise<Hash | undefined>
  /** What arrived after a number and is durable, in order: at most so many bytes of entries, but one at least. */
  arrivalsAfter(number: number, scope: Scope | undefined, maxBytes: number): Promise<Arrivals>
  /** Entries of the definitions that a scope's schemas need, in order. */
  definitions(scope: Scope | undefined, maxBytes: number): AsyncIterable<readonly ArrivedItem[]>
  /** Those of these ids, own or compared ones, that are held, in order of arrival: pieces of at most so many bytes, but one item at least. */
  entriesOf(ids: Iterable<Hash>, maxBytes: number): AsyncIterable<readonly ArrivedItem[]>
  /** What was decided in a scope, by the ids by which nodes compare. What arrives later may be missing. */
  ids(scope: Scope | undefined): Promise<IdTree>
  /**
   * Those of these ids that are neither decided nor parked here. What is parked without its payload is missing too. Of a
   * difference so is what is held without it.
   */
  missing(ids: readonly Hash[], isDifference?: boolean): Promise<Hash[]>
  /** Takes entries of a peer, by the rules of replication. Resolves once what was decided is durable. */
  take(items: readonly EntryItem[]): Promise<TakeOutcome[]>
  /** Calls the listener when more is durable. Returns what ends it. */
  onArrival(listener: () => void): () => void
  /** How far everything that another database has in a scope was decided here. */
  resumePoint(name: ResumeName, scope: Scope | undefined): Promise<ArrivalMark | undefined>
  keepResumePoint(name: ResumeName, scope: Scope | undefined, mark: ArrivalMark): Promise<void>
}

/** What the capability `heads` asks of a node. Every rejection is a RakkoError. */
export interface ReplicaLogs {
  /** The heads of the logs in a scope behind one, in order: `count` of them, or fewer where no others follow. */
  heads(scope: Scope | undefined, after: LogName | undefined, count: number): Promise<readonly LogHead[]>
  /** Ids of what is here of these logs. */
  logIds(logs: readonly LogPart[]): AsyncIterable<readonly Hash[]>
  /** Those of these ids that were not decided here. */
  undecided(ids: readonly Hash[]): Promise<readonly Hash[]>
}

/** Under what the resume points of a peer are kept. */
export interface ResumeName {
  /** 32 hexadecimal digits. */
  readonly id: string
  /** What was dialled. An address has the points of one name: those of another that was there before go. */
  readonly address?: string | undefined
}

/** What of a log stands above a sequence number; 0 for all of it. */
export interface LogPart extends LogName {
  readonly above: bigint
}

export interface Arrivals {
  readonly items: readonly ArrivedItem[]
  /** How far this leads, also where the last ones were left out. */
  readonly upTo: ArrivalMark
  readonly latest: number
}

export interface ArrivedItem extends EntryItem {
  readonly id: Hash
}

/** What became of an entry that was taken; `id` is absent where the bytes are no entry. */
export type TakeOutcome = { readonly id?: Hash | undefined } & (
  | { readonly status: 'decided'; readonly isNew: boolean }
  /** Never again: its hash is kept. */
  | { readonly status: 'refused'; readonly error: RakkoError }
  /** These bytes are no entry with its payload; others for the same id may be. */
  | { readonly status: 'invalid'; readonly error: RakkoError }
  /** `isKept`: it is decided by itself once what it waits for is here. */
  | { readonly status: 'waiting'; readonly isKept: boolean; readonly forIds: readonly Hash[] }
)
