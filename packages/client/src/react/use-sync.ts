import { useSyncExternalStore } from 'react'
import type { Sync } from '../remote/peers.js'
import { PENDING_SYNC, type SyncState, syncEntry } from './sync-entry.js'

export type { SyncState } from './sync-entry.js'

/**
 * How a node stands with its peers, and the component rendered again when that changes: `useSync(useNode().sync)`.
 * Components that ask about the same node share one subscription.
 */
export function useSync(sync: Sync): SyncState {
  const entry = syncEntry(sync)
  return useSyncExternalStore(entry.subscribe, entry.getState, () => PENDING_SYNC)
}
