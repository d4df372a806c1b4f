import {
  concatBytes,
  type DecidedEntry,
  type Hash,
  hash,
  hexToBytes,
  isWithheld,
  type Schema,
  type SchemaId,
} from '@rakko/core'
import type { Arrival } from './arrivals.js'
import { type InvalidEntry, isReadable, type SignedBytes } from './receive-from-peer.js'
import { isPayloadLess, type ReceivedItem } from './received-item.js'

export type Withheld = ReceivedItem | (InvalidEntry & { readonly bytes: SignedBytes })

/** Payloads of entries that did something else than was decided without them, or nothing that is valid. */
export function withheldOf(
  items: readonly Arrival[],
  lookup: { entry(hash: Hash): DecidedEntry | undefined; schema(id: SchemaId): Schema | undefined },
): readonly Withheld[] {
  return items.filter((item): item is Withheld => {
    if (!isReadable(item)) return item.bytes !== undefined && lookup.entry(item.entryHash)?.decision === 'purged'
    if (isPayloadLess(item) || !item.isFromPeer) return false
    return isWithheld(item.entry, item.unchecked, lookup.entry(item.entryHash), (id) => lookup.schema(id))
  })
}

/**
 * What stands under the number of an entry once its decision was taken back. The entry gets a new one, since what it
 * builds on has a lower one. So whoever has a cursor there sees that the order has changed.
 */
export function emptyPlaceId(number: number, id: Hash): Hash {
  const bytes = new Uint8Array(8)
  new DataView(bytes.buffer).setBigUint64(0, BigInt(number))
  return hash(concatBytes(bytes, hexToBytes(id)))
}
