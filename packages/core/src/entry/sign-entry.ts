import type { Signer, SyncSigner } from '../key/signer.js'
import type { RakkoError } from '../rakko-error.js'
import { refusal } from '../refusal.js'
import { draftEntry } from './encode-entry.js'
import type { NextArgs } from './entry.js'

/**
 * Bytes of a signed entry that carries `operation` (encoded) as the next one of a log. Returns at once where the signer
 * does. Throws INVALID_ARGUMENT, INVALID_ENTRY (links), PAYLOAD_TOO_LARGE, and what the signer throws.
 */
export function signEntry(args: NextArgs, operation: Uint8Array, signer: SyncSigner): Uint8Array
export function signEntry(args: NextArgs, operation: Uint8Array, signer: Signer): Uint8Array | Promise<Uint8Array>
export function signEntry(args: NextArgs, operation: Uint8Array, signer: Signer): Uint8Array | Promise<Uint8Array> {
  if (typeof signer?.sign !== 'function') throw notASigner(signer)
  const draft = draftEntry(args, signer.publicKey, operation)
  const signature = signer.sign(draft.unsigned)
  return signature instanceof Promise
    ? signature.then((bytes) => draft.sealed(bytes).bytes)
    : draft.sealed(signature).bytes
}

function notASigner(signer: unknown): RakkoError {
  return refusal('INVALID_ARGUMENT', { field: 'signer', expected: 'a Signer', got: typeof signer })
}
