import type { PublicKey, SchemaId } from '@rakko/core'

/**
 * Messages of the p2panda protocol, as the reference speaks it. Each is one CBOR array:
 *
 * | type | message | layout |
 * |---|---|---|
 * | 0 | announce | `[0, version, seconds since 1970, [schema id…]]` |
 * | 1 | sync-request | `[1, session, mode, [schema id…]]`, one schema id at least |
 * | 2 | entry | `[2, session, entry, operation]` |
 * | 3 | sync-done | `[3, session, live mode]` |
 * | 10 | have | `[10, session, [[public key (32), [[log id, sequence number]…]]…]]` |
 *
 * docs/reference.md has the rules.
 */
export type ReferenceMessage = Announce | SyncRequest | EntryMessage | SyncDone | Have

export interface Announce {
  readonly type: 'announce'
  /** 1; others are to be ignored. */
  readonly version: number
  /** Seconds since 1970. */
  readonly timestamp: number
  readonly schemaIds: readonly SchemaId[]
}

export interface SyncRequest {
  readonly type: 'sync-request'
  readonly session: bigint
  /** LOG_HEIGHTS, or one that nobody has. */
  readonly mode: number
  /** What documents are asked for; not empty. */
  readonly schemaIds: readonly SchemaId[]
}

/** An entry never travels without its operation: whoever leaves that out crashes the reference. */
export interface EntryMessage {
  readonly type: 'entry'
  readonly session: bigint
  readonly entry: Uint8Array
  readonly operation: Uint8Array
}

export interface SyncDone {
  readonly type: 'sync-done'
  readonly session: bigint
  /** Always false with the reference. */
  readonly liveMode: boolean
}

export interface Have {
  readonly type: 'have'
  readonly session: bigint
  readonly authors: readonly AuthorLogs[]
}

export interface AuthorLogs {
  readonly publicKey: PublicKey
  readonly logs: readonly LogHeightOfPeer[]
}

export interface LogHeightOfPeer {
  readonly logId: bigint
  /** The highest that is there, from 1. */
  readonly seqNum: bigint
}

export const REFERENCE_VERSION = 1
export const LOG_HEIGHTS = 0
