import {
  checkPayload,
  type DocumentViewId,
  decodeEntry,
  decodeOperation,
  type Entry,
  type Hash,
  hash,
  RakkoError,
  refusal,
  type UncheckedOperation,
  type Verifier,
  verifyEntry,
} from '@rakko/core'
import type { PublishItem } from '../store.js'

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
/** U+0000 cannot be stored, and ids are for programs. */
const IDEMPOTENCY_ID = /^[^\p{Cc}\p{Surrogate}]+$/u

/**
 * Decodes an item and checks its signature, unless this process has just made it. Returns at once where the verifier
 * does. What is wrong with the item is returned: the fault of one item does not fail the others.
 */
export function receiveItem(item: PublishItem, verifier: Verifier): Received | Promise<Received> {
  try {
    const received = decodeItem(item)
    if (item.trusted) return received
    const verified = verifyEntry(item.entry, received.entry, verifier)
    return verified === undefined ? received : verified.then(() => received, asRakkoError)
  } catch (error) {
    return asRakkoError(error)
  }
}

export type Received = ReceivedItem | RakkoError

function decodeItem(item: PublishItem): ReceivedItem {
  const { entry: entryBytes, operation: operationBytes, trusted, idempotencyId } = item
  checkIdempotencyId(idempotencyId)
  const unchecked = trusted?.operation ?? decodeOperation(operationBytes)
  const entry = trusted?.entry ?? decodeEntry(entryBytes)
  return {
    entry,
    entryHash: hash(entryBytes),
    entryBytes,
    unchecked,
    operationBytes,
    hasItsPayload: trusted !== undefined || carries(entry, operationBytes),
    idempotencyId,
    isFromPeer: false,
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

function checkIdempotencyId(id: string | undefined): void {
  if (id === undefined) return
  const expected = `text of 1 to ${MAX_IDEMPOTENCY_CHARACTERS} characters, none of them a control character`
  if (typeof id === 'string' && id.length <= MAX_IDEMPOTENCY_CHARACTERS && IDEMPOTENCY_ID.test(id)) return
  const got = typeof id === 'string' ? id.slice(0, MAX_IDEMPOTENCY_CHARACTERS) : typeof id
  throw refusal('INVALID_ARGUMENT', { field: 'idempotencyId', expected, got })
}

export function asRakkoError(error: unknown): RakkoError {
  if (error instanceof RakkoError) return error
  return new RakkoError('INTERNAL', 'decoding an item failed', {}, { cause: error })
}
