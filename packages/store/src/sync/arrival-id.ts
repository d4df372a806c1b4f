import { type Hash, hash, hexToBytes, joinBytes } from '@rakko/core'

export const OPENING_BYTES = 16

/**
 * Stands for an arrival, and for all before it, see docs/sync-seam.md. `opening` is the id of the opening that the entry
 * was decided in. Without one it is the entry's own id.
 */
export function arrivalId(entryId: Hash, opening: Uint8Array | undefined): Hash {
  return opening === undefined ? entryId : hash(joinBytes([opening, hexToBytes(entryId)]))
}
