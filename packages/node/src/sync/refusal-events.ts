import type { OperationId } from '@rakko/core'
import type { RefusedOfPeer } from '@rakko/sync'
import type { NodeEvent } from '../node-event.js'

/** Refused entries that are told of in a minute, whoever sends them: a peer may send any number. */
export const MAX_TOLD = 20
const MINUTE_MS = 60_000

/** Tells of entries that were refused, within bounds, and how many were not told of. */
export class RefusalEvents {
  readonly #now: () => number
  readonly #onEvent: (event: NodeEvent) => void
  #begunAt = -Infinity
  #told = 0
  #untold = 0

  /** `now`: milliseconds since 1970. */
  constructor(now: () => number, onEvent: (event: NodeEvent) => void) {
    this.#now = now
    this.#onEvent = onEvent
  }

  tell({ id, error, address, peer: { databaseId, publicKey } }: RefusedOfPeer): void {
    const now = this.#now()
    if (now < this.#begunAt || now - this.#begunAt >= MINUTE_MS) {
      this.#begunAt = now
      this.#told = 0
    }
    if (this.#told >= MAX_TOLD) {
      this.#untold += 1
      return
    }
    this.#told += 1
    const operationId = id as string as OperationId | undefined
    const untold = this.#untold
    this.#untold = 0
    this.#onEvent({ type: 'entry-refused', error, operationId, address, databaseId, publicKey, untold })
  }
}
