import type { Hash } from '@rakko/core'
import type { ReceivedItem } from './received-item.js'

/** An entry that waits for another one. */
export interface Parked {
  readonly item: ReceivedItem
  readonly waitsFor: Hash
}

export function bytesOf({ entryBytes, operationBytes }: ReceivedItem): number {
  return entryBytes.length + operationBytes.length
}
