import type { Decision, Hash, PublicKey, SchemaId } from '@rakko/core'

/** What replication asks a store for, see docs/sync-seam.md. All of it is bounded: by items, or by items and bytes. */
export interface SyncSource {
  /**
   * What arrived after an arrival number, in the order of arrival, which is causal. No number is left out. 0 begins at
   * the first. Returns at least one where there is one, however large. Throws INVALID_ARGUMENT.
   */
  entriesAfter(number: number, limits?: ReadLimits): Promise<ArrivedEntry[]>
  /**
   * The highest entry of each log whose document is here, ordered by public key and log id. Without `schemas` of all
   * logs. Throws INVALID_ARGUMENT.
   */
  logHeights(options?: LogHeightOptions): Promise<LogHeight[]>
  /** The fingerprint of each range, at most MAX_FINGERPRINT_RANGES, in their order. Throws INVALID_ARGUMENT. */
  fingerprints(ranges: readonly IdRange[], scope?: SyncScope): Promise<RangeFingerprint[]>
  /** The first ids of a range, ascending. Throws INVALID_ARGUMENT. */
  decidedIds(range: IdRange, options?: DecidedIdOptions): Promise<DecidedId[]>
  /**
   * What a peer must have before it can know a schema: the entries of its definition and of its field definitions.
   * They go up to the views that the schema id names. Returns those that are here, in the order of arrival, beginning
   * after `number`;
   * none for a system schema. Throws INVALID_SCHEMA_ID and INVALID_ARGUMENT.
   */
  definitionEntries(schemaId: SchemaId, number?: number, limits?: ReadLimits): Promise<ArrivedEntry[]>
}

/** Entries or ids that one call reads at most, and their bytes: those of entries with their payloads. */
export const MAX_SYNC_ITEMS = 1_000
export const MAX_SYNC_BYTES = 4 * 1024 * 1024
export const MAX_FINGERPRINT_RANGES = 256

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
  /** As received. Absent where it was refused or forgotten. */
  readonly entry?: Uint8Array
  /** As received. Absent where there is no entry, and where it was purged. */
  readonly operation?: Uint8Array
}

export interface SyncScope {
  /** Only entries of documents of these schemas: refused and forgotten ones belong to none. Without it, all. */
  readonly schemas?: readonly SchemaId[] | undefined
}

export interface LogHeightOptions extends SyncScope {
  /** The last log of the page before. */
  readonly after?: Pick<LogHeight, 'publicKey' | 'logId'> | undefined
  /** 1 to MAX_SYNC_ITEMS, which is the default. */
  readonly items?: number | undefined
}

export interface LogHeight {
  readonly publicKey: PublicKey
  readonly logId: bigint
  readonly seqNum: bigint
  /** Of the entry there; of a forked log, of one of its branches. */
  readonly id: Hash
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
