import type { Hash } from '@rakko/core'

/**
 * A part of all ids, ascending, in a comparison. It begins where the one before ends. `upper` is the shortest prefix (1
 * to 32 bytes, without `0020`) that parts its ids from those above; no bytes for the last range, which is open.
 */
export type ComparedRange =
  | { readonly kind: 'skip'; readonly upper: Uint8Array }
  | {
      readonly kind: 'fingerprint'
      readonly upper: Uint8Array
      readonly count: number
      /** 16 bytes. */
      readonly fingerprint: Uint8Array
    }
  /** All that the sender has in the range. */
  | { readonly kind: 'ids'; readonly upper: Uint8Array; readonly ids: readonly Hash[] }
  /** Which of the receiver's ids the sender lacks: the first id's is the highest bit of the first byte. */
  | { readonly kind: 'lacking'; readonly upper: Uint8Array; readonly bits: Uint8Array }
