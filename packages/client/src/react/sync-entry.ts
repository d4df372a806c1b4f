import type { RakkoError } from '@rakko/core'
import { afterThisTask } from '../calls/platform.js'
import type { Subscription } from '../calls/subscription.js'
import type { PeerStatus, Sync } from '../remote/peers.js'
import type { LiveStatus } from './live-entry.js'

export interface SyncState {
  /** `pending` until the first news, also on a server; `error` once there is no more: the peers are the last ones. */
  readonly status: LiveStatus
  readonly peers: readonly PeerStatus[]
  readonly error: RakkoError | undefined
}

export const PENDING_SYNC: SyncState = { status: 'pending', peers: [], error: undefined }

const ENTRIES = new WeakMap<Sync, SyncEntry>()

/** The one that all components share which ask about the same node. */
export function syncEntry(sync: Sync): SyncEntry {
  const known = ENTRIES.get(sync)
  if (known !== undefined) return known
  const entry = new SyncEntry(sync)
  ENTRIES.set(sync, entry)
  return entry
}

/** A subscription that is open as long as a component listens. Those that go and come back at once find it open. */
class SyncEntry {
  readonly #sync: Sync
  readonly #listeners = new Set<() => void>()
  #subscription: Subscription | undefined
  #state = PENDING_SYNC

  constructor(sync: Sync) {
    this.#sync = sync
  }

  readonly getState = (): SyncState => this.#state

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener)
    this.#subscription ??= this.#sync.onStatus({
      next: (peers) => this.#show({ status: 'live', peers, error: undefined }),
      error: (error) => this.#show({ ...this.#state, status: 'error', error }),
    })
    return () => {
      this.#listeners.delete(listener)
      afterThisTask(() => this.#closeUnheard())
    }
  }

  #closeUnheard(): void {
    if (this.#listeners.size > 0) return
    this.#subscription?.close()
    this.#subscription = undefined
    this.#state = PENDING_SYNC
  }

  #show(state: SyncState): void {
    this.#state = state
    for (const listener of this.#listeners) listener()
  }
}
