import {
  checkPayload,
  decodeEntry,
  decodeOperation,
  type Hash,
  hash,
  MAX_PAYLOAD_BYTES,
  RakkoError,
  type Verifier,
  verifyEntry,
} from '@rakko/core'
import type { IngestItem } from '../store.js'
import { asRakkoError, type PayloadLessItem, type ReceivedItem } from './received-item.js'

/** An entry that its author signed and that can never be valid. Its hash is kept, so that nothing fetches it again. */
export interface InvalidEntry {
  readonly entryHash: Hash
  readonly error: RakkoError
}

export type ReceivedFromPeer = ReceivedItem | PayloadLessItem | InvalidEntry | RakkoError

export function isReadable(
  item: ReceivedItem | PayloadLessItem | InvalidEntry,
): item is ReceivedItem | PayloadLessItem {
  return 'entry' in item
}

/**
 * Decodes an item from elsewhere and checks its signature. Returns at once where the verifier does.
 *
 * The two faults are told apart. An InvalidEntry is the author's fault, and the same on every node. A RakkoError is the
 * sender's fault: the bytes are no entry, or the signature or payload is not the entry's. That says nothing about the
 * hash: an honest peer may have the entry with its payload. So it is not kept, and anybody can make such bytes without
 * end.
 */
export function receiveFromPeer(item: IngestItem, verifier: Verifier): ReceivedFromPeer | Promise<ReceivedFromPeer> {
  try {
    const entry = decodeEntry(item.entry)
    const verified = verifyEntry(item.entry, entry, verifier)
    return verified === undefined ? decodeSigned(item) : verified.then(() => decodeSigned(item)).catch(asRakkoError)
  } catch (error) {
    return asRakkoError(error)
  }
}

/** As `receiveFromPeer`, for bytes that passed it before. Throws where the sender is at fault. */
export function decodeSigned({
  entry: entryBytes,
  operation,
}: IngestItem): ReceivedItem | PayloadLessItem | InvalidEntry {
  const entry = decodeEntry(entryBytes)
  const entryHash = hash(entryBytes)
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
      isFromPeer: true,
    }
  } catch (error) {
    if (error instanceof RakkoError) return { entryHash, error }
    throw error
  }
}
