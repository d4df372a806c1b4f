import type { Hash, PublicKey } from '../ids.js'

/** A Bamboo entry. Its wire layout is in entry-layout.ts. */
export interface Entry {
  readonly publicKey: PublicKey
  /** 0 to 2^64−1. */
  readonly logId: bigint
  /** 1 to 2^64−1. */
  readonly seqNum: bigint
  readonly skiplink?: Hash
  readonly backlink?: Hash
  /** Bytes of the encoded operation. */
  readonly payloadSize: bigint
  readonly payloadHash: Hash
  /** 64 bytes. */
  readonly signature: Uint8Array
}

/** What a publisher needs to make the next entry of a log. */
export interface NextArgs {
  readonly logId: bigint
  readonly seqNum: bigint
  readonly skiplink?: Hash
  readonly backlink?: Hash
}
