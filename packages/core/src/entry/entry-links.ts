import type { Hash } from '../ids.js'
import { refusal } from '../refusal.js'
import { isSkiplinkRequired } from './lipmaa.js'

export interface EntryLinks {
  readonly seqNum: bigint
  readonly skiplink?: Hash
  readonly backlink?: Hash
}

/**
 * Checks the links that an entry has. The first entry has none, every other has a backlink. A skiplink is there exactly
 * where one is required, and differs from the backlink. Whether links name the right entries is left to the rules of
 * publishing. Throws INVALID_ENTRY.
 */
export function validateLinks({ seqNum, skiplink, backlink }: EntryLinks): void {
  expectLink('backlink', backlink, seqNum > 1n, seqNum)
  // A needless skiplink has no place on the wire: it would be read as the backlink.
  expectLink('skiplink', skiplink, isSkiplinkRequired(seqNum), seqNum)
  if (skiplink !== undefined && skiplink === backlink) {
    const expected = 'skiplink and backlink to differ'
    throw refusal('INVALID_ENTRY', { field: 'skiplink', expected, got: skiplink, about: 'Invalid entry' })
  }
}

function expectLink(field: 'skiplink' | 'backlink', link: Hash | undefined, required: boolean, seqNum: bigint): void {
  if ((link !== undefined) === required) return
  const expected = `${required ? 'a' : 'no'} ${field} at sequence number ${seqNum}`
  throw refusal('INVALID_ENTRY', { field, expected, got: link ?? 'none', about: 'Invalid entry' })
}
