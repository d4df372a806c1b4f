import { hash } from '../hash/hash.js'
import type { RakkoError } from '../rakko-error.js'
import { refusal } from '../refusal.js'
import { payloadTooLarge } from './encode-entry.js'
import type { Entry } from './entry.js'
import { MAX_PAYLOAD_BYTES } from './entry-layout.js'

/**
 * Integrity of an entry's payload: `operation` is what the entry claims to carry, by hash and by size. Throws
 * PAYLOAD_TOO_LARGE and PAYLOAD_MISMATCH.
 */
export function checkPayload(entry: Entry, operation: Uint8Array): void {
  // Before hashing: size bounds what a stranger can make us do.
  if (operation.length > MAX_PAYLOAD_BYTES) throw payloadTooLarge(operation.length)
  const payloadHash = hash(operation)
  if (payloadHash !== entry.payloadHash) throw mismatch('payloadHash', payloadHash, entry.payloadHash)
  if (BigInt(operation.length) !== entry.payloadSize) {
    throw mismatch('payloadSize', BigInt(operation.length), entry.payloadSize)
  }
}

/** `got` is what the entry claims, `expected` what its operation needs. */
function mismatch(field: string, expected: string | bigint, got: string | bigint): RakkoError {
  return refusal('PAYLOAD_MISMATCH', { field, expected, got, about: `The payload does not match its entry, ${field}` })
}
