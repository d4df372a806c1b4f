import type { OperationId } from '@rakko/core'
import type { RefusedOfPeer } from '@rakko/sync'
import type { NodeEvent } from '../node-event.js'

/** Refused entries that are told of in a minute, whoever sends them: a peer may send any number. */
export const MAX_TOLD = 20
const MINUTE_MS = 60_000

/**
 * Tells of entries that were refused, within bounds, and how many were not told of. `now`: milliseconds since 1970.
 */
export function refusalEvents(now: () => number, onEvent: (event: NodeEvent) => void) {
  let begunAt = -Infinity
  let told = 0
  let untold = 0
  return ({ id, error, address, peer: { databaseId, publicKey } }: RefusedOfPeer): void => {
    const passed = now() - begunAt
    if (passed < 0 || passed >= MINUTE_MS) {
      begunAt = now()
      told = 0
    }
    if (told >= MAX_TOLD) {
      untold += 1
      return
    }
    told += 1
    const operationId = id as string as OperationId | undefined
    const event = { type: 'entry-refused', error, operationId, address, databaseId, publicKey, untold } as const
    untold = 0
    onEvent(event)
  }
}
