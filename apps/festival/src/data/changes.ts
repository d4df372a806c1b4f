import { useSyncExternalStore } from 'react'

/**
 * Says that this page wrote something: what lies in the storage is asked again when the number moves. Rows are live by
 * themselves.
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
