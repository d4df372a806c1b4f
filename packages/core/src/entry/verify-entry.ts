import { PUBLIC_KEY_BYTES } from '../key/public-key.js'
import { SIGNATURE_BYTES, type SyncVerifier, type Verifier } from '../key/signer.js'
import { refusal } from '../refusal.js'
import type { Entry } from './entry.js'
import { TAG_BYTES } from './entry-layout.js'

/**
 * Whether the author signed these bytes; `entry` is what `decodeEntry` returned for them. Returns at once where the
 * verifier does.
 *
 * The message is everything but the last 64 bytes. The signature is what stands behind the payload hash. In an entry
 * with nothing behind its signature these two meet. Bytes behind it move the end of the message into the signature. An
 * author can still sign that, since R is chosen before the message, so such an entry must be accepted too.
 */
export function isSignedByAuthor(bytes: Uint8Array, entry: Entry, verifier: SyncVerifier): boolean
export function isSignedByAuthor(bytes: Uint8Array, entry: Entry, verifier: Verifier): boolean | Promise<boolean>
export function isSignedByAuthor(bytes: Uint8Array, entry: Entry, verifier: Verifier): boolean | Promise<boolean> {
  const publicKey = bytes.subarray(TAG_BYTES, TAG_BYTES + PUBLIC_KEY_BYTES)
  return verifier.verify(publicKey, bytes.subarray(0, bytes.length - SIGNATURE_BYTES), entry.signature)
}

/**
 * Throws INVALID_SIGNATURE unless `isSignedByAuthor`: at once where the verifier returns at once, else by the promise.
 */
export function verifyEntry(bytes: Uint8Array, entry: Entry, verifier: SyncVerifier): void
export function verifyEntry(bytes: Uint8Array, entry: Entry, verifier: Verifier): void | Promise<void>
export function verifyEntry(bytes: Uint8Array, entry: Entry, verifier: Verifier): void | Promise<void> {
  const isValid = isSignedByAuthor(bytes, entry, verifier)
  if (typeof isValid === 'boolean') return expectValid(isValid, entry)
  return isValid.then((answer) => expectValid(answer, entry))
}

function expectValid(isValid: boolean, entry: Entry): void {
  if (isValid) return
  const expected = `a signature by ${entry.publicKey}`
  const got = 'one that does not verify'
  throw refusal('INVALID_SIGNATURE', { field: 'signature', expected, got, about: 'Invalid entry' })
}
