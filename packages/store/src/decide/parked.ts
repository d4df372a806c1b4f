import type { Hash } from '@rakko/core'
import { isPayloadLess, type PayloadLessItem, type ReceivedItem } from './received-item.js'

/** An entry that waits for another one. */
export interface Parked {
  readonly item: ReceivedItem | PayloadLessItem
  readonly waitsFor: Hash
}

export function bytesOf(item: ReceivedItem | PayloadLessItem): number {
  return item.entryBytes.length + payloadOf(item).length
}

/** Of no bytes where it is missing: no operation has none. */
export function payloadOf(item: ReceivedItem | PayloadLessItem): Uint8Array {
  return ('operationBytes' in item ? item.operationBytes : undefined) ?? new Uint8Array()
}

/** Whether an entry that is parked without its payload is known with it now. */
export function completes(parked: Parked, { item }: Parked): boolean {
  return isPayloadLess(parked.item) && !isPayloadLess(item)
}
