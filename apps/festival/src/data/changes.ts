import { useSyncExternalStore } from 'react'

/**
 * Says that this page wrote something. Queries run again when the number moves, which is what a live query will say by
 * itself, and then for writes of others too.
 */
const listeners = new Set<() => void>()
let version = 0

export function announceChange(): void {
  version += 1
  for (const listener of listeners) listener()
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

export function useChangeVersion(): number {
  return useSyncExternalStore(subscribe, () => version)
}
