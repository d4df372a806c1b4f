import {
  checkPayload,
  type DocumentViewId,
  decodeEntry,
  decodeOperation,
  type Entry,
  type Hash,
  hash,
  type RakkoError,
  type UncheckedOperation,
  type Verifier,
} from '@rakko/core'
import type { PublishItem } from '../store.js'
import { asRakkoError } from './as-rakko-error.js'
import { checkIdempotencyId } from './check-idempotency-id.js'
import { type Incoming, type Verified, verifyReceived } from './verify-received.js'

/** An item, decoded and hashed: all that can be done before a transaction begins. */
export interface ReceivedItem {
  readonly entry: Entry
  readonly entryHash: Hash
  readonly entryBytes: Uint8Array
  readonly unchecked: UncheckedOperation
  /** Undefined where it was purged elsewhere, and `unchecked` was restored from the entry. */
  readonly operationBytes: Uint8Array | undefined
  /**
   * Whether the operation is the one that the entry claims. Where it is not, the publish rules say so in their turn.
   */
  readonly hasItsPayload: boolean
  readonly idempotencyId: string | undefined
  /** Encoded and signed by this process, which does not ask what comes next in the log. */
  readonly isOwn: boolean
  /** Judged by the rules of replication, not by those of publishing. */
  readonly isFromPeer: boolean
}

/** An entry that came without its payload. */
export interface PayloadLessItem extends Pick<ReceivedItem, 'entry' | 'entryHash' | 'entryBytes'> {
  readonly isFromPeer: true
}

export function isPayloadLess(item: ReceivedItem | PayloadLessItem): item is PayloadLessItem {
  return !('unchecked' in item)
}

/** What an item is known to follow in its document without its payload. */
export function previousOf(item: ReceivedItem | PayloadLessItem): DocumentViewId | undefined {
  return isPayloadLess(item)
    ? (item.entry.backlink as string | undefined as DocumentViewId | undefined)
    : item.unchecked.previous
}

/** How long an idempotency id is kept, in milliseconds: a day. */
export const IDEMPOTENCY_MS = 24 * 60 * 60 * 1000
/** A caller may take 64 characters; a node puts the number of an item before them. */
const MAX_IDEMPOTENCY_CHARACTERS = 80

export type Received = ReceivedItem | RakkoError

/**
 * Checks an item's signature, unless this process has just made it. Returns at once where the verifier does. What the
 * item lacks otherwise is found, and told first, when it is decoded.
 */
export function receiveItem(item: PublishItem, verifier: Verifier): Incoming<Received> | Promise<Incoming<Received>> {
  if (item.trusted) return () => decodeItem(item, {})
  const verified = verifyReceived(item.entry, verifier)
  const incoming =
    (known: Verified): Incoming<Received> =>
    () =>
      decodeItem(item, known)
  return verified instanceof Promise ? verified.then(incoming) : incoming(verified)
}

function decodeItem(item: PublishItem, { signed, fault }: Verified): Received {
  const { entry: entryBytes, operation: operationBytes, trusted, idempotencyId } = item
  try {
    if (idempotencyId !== undefined) checkIdempotencyId(idempotencyId, MAX_IDEMPOTENCY_CHARACTERS)
    const unchecked = trusted?.operation ?? decodeOperation(operationBytes)
    if (fault) return fault
    const entry = trusted?.entry ?? signed?.entry ?? decodeEntry(entryBytes)
    return {
      entry,
      entryHash: signed?.entryHash ?? hash(entryBytes),
      entryBytes,
      unchecked,
      operationBytes,
      hasItsPayload: trusted !== undefined || carries(entry, operationBytes),
      idempotencyId,
      isOwn: trusted !== undefined,
      isFromPeer: false,
    }
  } catch (error) {
    return asRakkoError(error)
  }
}

function carries(entry: Entry, operation: Uint8Array): boolean {
  try {
    checkPayload(entry, operation)
    return true
  } catch {
    return false
  }
}
