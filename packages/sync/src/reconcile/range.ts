/**
 * A part of all ids, ascending, in a comparison: docs/wire.md, Comparing. The first begins at the lowest id, each other
 * where the one before ends.
 */
export type ComparedRange = SkipRange | FingerprintRange | IdsRange | LackingRange

interface Upper {
  /**
   * The shortest prefix (1 to 32 bytes, without `0020`) that parts the ids of the range from those above: its last byte
   * is not 0. No bytes for the last range, which is open.
   */
  readonly upper: Uint8Array
}

/** Nothing to do here. */
export interface SkipRange extends Upper {
  readonly kind: 'skip'
}

/** What the sender has in the range. */
export interface FingerprintRange extends Upper {
  readonly kind: 'fingerprint'
  readonly count: number
  /** 16 bytes. */
  readonly fingerprint: Uint8Array
}

/** All that the sender has in the range, at most MAX_RANGE_IDS. */
export interface IdsRange extends Upper {
  readonly kind: 'ids'
  /** 32 bytes for each id, without `0020`: one after another, ascending. */
  readonly ids: Uint8Array
}

/** Which of the receiver's ids, as it has just told them, the sender lacks: at least one. */
export interface LackingRange extends Upper {
  readonly kind: 'lacking'
  /** The first id's is the highest bit of the first byte. As many bytes as needed, the rest of the bits 0. */
  readonly bits: Uint8Array
}

export const ID_BYTES = 32
export const FINGERPRINT_BYTES = 16
/** Ids of a range of kind `ids`. */
export const MAX_RANGE_IDS = 4_096
/** Ranges of one frame. */
export const MAX_FRAME_RANGES = 8_192

/** What a range takes in a frame beside its ids or bits, at most: heads, its upper end, a count and a fingerprint. */
export const RANGE_BYTES = 64

/** Bytes that a range takes in a frame, at most. */
export function rangeBytes(range: ComparedRange): number {
  if (range.kind === 'ids') return RANGE_BYTES + range.ids.length
  return RANGE_BYTES + (range.kind === 'lacking' ? range.bits.length : 0)
}
