import {
  checkPayload,
  decodeEntry,
  decodeOperation,
  type Hash,
  hash,
  MAX_PAYLOAD_BYTES,
  RakkoError,
  type Verifier,
} from '@rakko/core'
import type { IngestItem } from '../store.js'
import { asRakkoError } from './as-rakko-error.js'
import type { PayloadLessItem, ReceivedItem } from './received-item.js'
import { type Incoming, type Verified, verifyReceived } from './verify-received.js'

export interface SignedBytes {
  readonly entry: Uint8Array
  readonly operation: Uint8Array
}

/** An entry that its author signed and that can never be valid. Its hash is kept, so that nothing fetches it again. */
export interface InvalidEntry {
  readonly entryHash: Hash
  readonly error: RakkoError
  /** As received, where the payload is at fault. */
  readonly bytes?: SignedBytes
}

export type ReceivedFromPeer = ReceivedItem | PayloadLessItem | InvalidEntry | RakkoError

export function isReadable(
  item: ReceivedItem | PayloadLessItem | InvalidEntry,
): item is ReceivedItem | PayloadLessItem {
  return 'entry' in item
}

/**
 * Checks the signature of an item from elsewhere. Returns at once where the verifier does.
 *
 * Two faults are told apart when it is decoded. An InvalidEntry is the author's fault, and the same on every node. A
 * RakkoError is the sender's fault: the bytes are no entry, or the signature or payload is not the entry's. That says
 * nothing about the hash: an honest peer may have the entry with its payload. So it is not kept, and anybody can make
 * such bytes without end.
 */
export function receiveFromPeer(
  item: IngestItem,
  verifier: Verifier,
): Incoming<ReceivedFromPeer> | Promise<Incoming<ReceivedFromPeer>> {
  const verified = verifyReceived(item.entry, verifier)
  const incoming =
    (known: Verified): Incoming<ReceivedFromPeer> =>
    () =>
      decodeVerified(item, known)
  return verified instanceof Promise ? verified.then(incoming) : incoming(verified)
}

function decodeVerified(item: IngestItem, { signed, fault }: Verified): ReceivedFromPeer {
  try {
    return fault ?? decodeSigned(item, signed)
  } catch (error) {
    return asRakkoError(error)
  }
}

/** Decodes what its author has signed. Throws where the sender is at fault. */
export function decodeSigned(
  { entry: entryBytes, operation }: IngestItem,
  { entry, entryHash }: NonNullable<Verified['signed']> = signedEntry(entryBytes),
): ReceivedItem | PayloadLessItem | InvalidEntry {
  if (entry.payloadSize > BigInt(MAX_PAYLOAD_BYTES)) {
    const details = {
      field: 'payloadSize',
      expected: `at most ${MAX_PAYLOAD_BYTES} bytes`,
      got: `${entry.payloadSize}`,
    }
    const error = new RakkoError('PAYLOAD_TOO_LARGE', 'The entry claims a payload that no node takes', details)
    return { entryHash, error }
  }
  if (operation === undefined) return { entry, entryHash, entryBytes, isFromPeer: true }
  checkPayload(entry, operation)
  try {
    return {
      entry,
      entryHash,
      entryBytes,
      unchecked: decodeOperation(operation),
      operationBytes: operation,
      hasItsPayload: true,
      idempotencyId: undefined,
      isOwn: false,
      isFromPeer: true,
    }
  } catch (error) {
    if (error instanceof RakkoError) return { entryHash, error, bytes: { entry: entryBytes, operation } }
    throw error
  }
}

function signedEntry(entryBytes: Uint8Array): NonNullable<Verified['signed']> {
  return { entry: decodeEntry(entryBytes), entryHash: hash(entryBytes) }
}
