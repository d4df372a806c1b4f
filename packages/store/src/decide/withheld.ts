import { concatBytes, type DecidedEntry, type Hash, hash, hexToBytes, isWithheld } from '@rakko/core'
import type { Arrival } from './arrivals.js'
import { isReadable } from './receive-from-peer.js'
import { isPayloadLess, type ReceivedItem } from './received-item.js'

/** Items that bring a payload by which an entry did something else than was decided without it. */
export function withheldOf(
  items: readonly Arrival[],
  entry: (hash: Hash) => DecidedEntry | undefined,
): readonly ReceivedItem[] {
  return items.filter((item): item is ReceivedItem => {
    if (!isReadable(item) || isPayloadLess(item) || !item.isFromPeer) return false
    return isWithheld(item.entry, item.unchecked, entry(item.entryHash))
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
