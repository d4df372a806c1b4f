import { useSyncExternalStore } from 'react'

const TICK_MS = 15_000

function subscribe(listener: () => void): () => void {
  const timer = setInterval(listener, TICK_MS)
  document.addEventListener('visibilitychange', listener)
  return () => {
    clearInterval(timer)
    document.removeEventListener('visibilitychange', listener)
  }
}

/** Seconds now, rounded down to a multiple of `step` seconds: the component is drawn again only when that moves. */
export function useNow(step: number): number {
  return useSyncExternalStore(subscribe, () => Math.floor(Date.now() / 1000 / step) * step)
}
