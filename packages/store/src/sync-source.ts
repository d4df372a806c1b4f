import type { Decision, DocumentId, Hash, PublicKey, SchemaId } from '@rakko/core'

/** What replication asks a store for, see docs/sync-seam.md. All of it is bounded: by items, or by items and bytes. */
export interface SyncSource {
  /** The latest arrival that is durable; number 0 where nothing has arrived. */
  latestArrival(): Promise<ArrivalMark>
  /** What arrived under a number, whatever became of it; undefined beyond the latest. Throws INVALID_ARGUMENT. */
  arrivalAt(number: number): Promise<ArrivalMark | undefined>
  /**
   * What arrived after an arrival number, in the order of arrival, which is causal. 0 begins at the first. Without a
   * scope no number is left out. All of it is durable: what is not yet is made so. Throws INVALID_ARGUMENT.
   */
  entriesAfter(number: number, options?: EntriesAfterOptions): Promise<EntriesAfter>
  /**
   * The arrival numbers of ids, own or turned ones, in their order; undefined where nothing was decided. At most
   * MAX_SYNC_ITEMS.
   */
  arrivalNumbers(ids: readonly Hash[]): Promise<(number | undefined)[]>
  /**
   * What arrived under these numbers, ascending; one at least where there is one. At most MAX_SYNC_ITEMS. Throws
   * INVALID_ARGUMENT.
   */
  entriesAt(numbers: readonly number[], limits?: ReadLimits): Promise<ArrivedEntry[]>
  /**
   * Those of these ids that are neither decided nor parked with their payloads. With `purgedToo` those as well that are
   * held without their payloads. At most MAX_SYNC_ITEMS.
   */
  unknownIds(ids: readonly Hash[], purgedToo?: boolean): Promise<Hash[]>
  /**
   * The highest entry of each log whose document is here, ordered by public key and log id. Without a scope of all logs.
   * Throws INVALID_ARGUMENT.
   */
  logHeights(options?: LogHeightOptions): Promise<LogHeight[]>
  /**
   * The entries of logs above a sequence number that are here, ordered by public key, log id, sequence number and id; of
   * a forked log those of all branches. At most MAX_SYNC_ITEMS logs. Throws INVALID_ARGUMENT.
   */
  logEntries(logs: readonly LogPart[], options?: LogEntryOptions): Promise<LogEntry[]>
  /** Bytes of the entries and operations that are here of each author, in their order. At most MAX_SYNC_ITEMS. */
  storedBytes(authors: readonly PublicKey[]): Promise<number[]>
  /** The fingerprint of each range, at most MAX_FINGERPRINT_RANGES, in their order. Throws INVALID_ARGUMENT. */
  fingerprints(ranges: readonly IdRange[], scope?: SyncScope): Promise<RangeFingerprint[]>
  /** The first ids of a range by which nodes compare, ascending. Throws INVALID_ARGUMENT. */
  decidedIds(range: IdRange, options?: DecidedIdOptions): Promise<DecidedId[]>
  /**
   * What a peer must have before it can know a schema: the entries of its definition and of its field definitions.
   * They go up to the views that the schema id names. Returns those that are here, in the order of arrival, beginning
   * after `number`;
   * none for a system schema. Throws INVALID_SCHEMA_ID and INVALID_ARGUMENT.
   */
  definitionEntries(schemaId: SchemaId, number?: number, limits?: ReadLimits): Promise<ArrivedEntry[]>
  /** How far all that another database has in a scope was decided here, as it was kept last. */
  resumePoint(databaseId: string, scope?: SyncScope): Promise<ArrivalMark | undefined>
  /**
   * Keeps it, durably. `address`: what was dialled to reach the database. An address has the points of one database: those
   * of another one go. Of more than MAX_RESUME_POINTS those that were kept longest ago go; those with an address and those
   * without one count for themselves.
   */
  keepResumePoint(databaseId: string, arrival: ArrivalMark, scope?: SyncScope, address?: string): Promise<void>
  /**
   * Calls the listener after entries or payloads were purged or forgotten here. What was read of them before is not to
   * be given any more. `decisions`: what was decided about entries was taken back. Returns what ends it.
   */
  onGone(listener: (gone: Gone) => void): () => void
  /** Peers that were met at an address, those met last first. */
  metPeers(): Promise<MetPeer[]>
  /** Keeps who was met at an address, and when. Of more than MAX_MET_PEERS those met longest ago go. */
  keepMetPeer(peer: MetPeer): Promise<void>
}

export type Gone = 'payloads' | 'decisions'

/** Who answered at an address. */
export interface MetPeer {
  /** 1 to 2 000 characters. */
  readonly address: string
  readonly databaseId: string
  /** Milliseconds since 1970. */
  readonly metAt: number
  /** Arrivals here up to the number `upTo` that it had not taken. */
  readonly toSend: number
  readonly upTo: number
}

/** Numbers that one call of `entriesAfter` with a scope looks at. */
export const MAX_SCANNED = 20_000

/** Entries or ids that one call reads at most, and their bytes: those of entries with their payloads. */
export const MAX_SYNC_ITEMS = 1_000
export const MAX_SYNC_BYTES = 4 * 1024 * 1024
export const MAX_FINGERPRINT_RANGES = 256
/** Databases and scopes of which a store remembers how far they were taken. */
export const MAX_RESUME_POINTS = 4_096
/** Addresses of which a store remembers who was met there. */
export const MAX_MET_PEERS = 256

export interface ReadLimits {
  /** 1 to MAX_SYNC_ITEMS, which is the default. */
  readonly items?: number | undefined
  /** 1 to MAX_SYNC_BYTES, which is the default. */
  readonly bytes?: number | undefined
}

/** What arrived under a number. The record outlives the entry. */
export interface ArrivedEntry {
  readonly number: number
  readonly id: Hash
  readonly decision: Decision
  /**
   * By which id nodes compare it, where that is not its own. `turned`: its payload is here and has to stay. `never`: it was
   * decided anew, under another number.
   */
  readonly compared?: 'turned' | 'never'
  /** As received. Absent where it was refused or forgotten. */
  readonly entry?: Uint8Array
  /** As received. Absent where there is no entry, and where it was purged. */
  readonly operation?: Uint8Array
}

/** What of all entries is meant. Refused and forgotten ones belong to no document, so they are in no scope but all. */
export interface SyncScope {
  /** Only entries of documents of these schemas. */
  readonly schemas?: readonly SchemaId[] | undefined
  /** Only entries that these have signed. */
  readonly authors?: readonly PublicKey[] | undefined
  /** Only entries of these documents. */
  readonly documents?: readonly DocumentId[] | undefined
  /** No entries of pieces of blobs. */
  readonly withoutPieces?: boolean | undefined
}

export interface EntriesAfterOptions extends SyncScope, ReadLimits {}

export interface EntriesAfter {
  /** One at least where there is one in the scope among the numbers that were looked at, however large. */
  readonly entries: readonly ArrivedEntry[]
  /** How far this leads: nothing up to here is left out that is in the scope. */
  readonly upTo: ArrivalMark
  /** The latest arrival number. */
  readonly latest: number
}

/** An arrival: its number and its id, which stands for all that arrived up to it. Number 0 has none. */
export interface ArrivalMark {
  readonly number: number
  readonly id?: Hash | undefined
}

export interface LogName {
  readonly publicKey: PublicKey
  readonly logId: bigint
}

/** What of a log stands above a sequence number; 0 for all of it. */
export interface LogPart extends LogName {
  readonly above: bigint
}

export interface LogEntry extends LogName {
  readonly seqNum: bigint
  readonly id: Hash
}

export interface LogEntryOptions {
  /** The last entry of the page before. */
  readonly after?: LogEntry | undefined
  /** 1 to MAX_SYNC_ITEMS, which is the default. */
  readonly items?: number | undefined
}

export interface LogHeightOptions extends SyncScope {
  /** The last log of the page before. */
  readonly after?: LogName | undefined
  /** 1 to MAX_SYNC_ITEMS, which is the default. */
  readonly items?: number | undefined
}

/** The entry there; of a forked log, that of one of its branches. */
export interface LogHeight extends LogEntry {
  readonly isForked: boolean
  readonly schemaId: SchemaId
}

/** Ids from one, `from` included, up to another, `to` excluded. An end that is absent is open. */
export interface IdRange {
  readonly from?: Hash | undefined
  readonly to?: Hash | undefined
}

export interface RangeFingerprint {
  /** Ids in the range. */
  readonly count: number
  /** 32 hexadecimal digits, see docs/sync-seam.md. */
  readonly fingerprint: string
}

export interface DecidedIdOptions extends SyncScope {
  /** 1 to MAX_SYNC_ITEMS, which is the default. */
  readonly items?: number | undefined
}

export interface DecidedId {
  readonly id: Hash
  readonly decision: Decision
}
