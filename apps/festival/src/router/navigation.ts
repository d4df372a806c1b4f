import { useMemo, useSyncExternalStore } from 'react'
import { formatRoute, type Page, parseRoute, type Route, type Sheet } from './route.js'

/** How many steps back still lie inside the app: 0 where a person came straight to this address. */
interface HistoryState {
  readonly depth: number
}

function depth(): number {
  const state: unknown = history.state
  return typeof state === 'object' && state !== null && 'depth' in state ? (state as HistoryState).depth : 0
}

const NAVIGATED = 'festival:navigated'

function subscribe(listener: () => void): () => void {
  addEventListener('popstate', listener)
  addEventListener(NAVIGATED, listener)
  return () => {
    removeEventListener('popstate', listener)
    removeEventListener(NAVIGATED, listener)
  }
}

export function useRoute(): Route {
  const hash = useSyncExternalStore(subscribe, () => location.hash)
  return useMemo(() => parseRoute(hash), [hash])
}

export function navigate(route: Route): void {
  history.pushState({ depth: depth() + 1 } satisfies HistoryState, '', formatRoute(route))
  dispatchEvent(new Event(NAVIGATED))
}

export function replaceRoute(route: Route): void {
  history.replaceState({ depth: depth() } satisfies HistoryState, '', formatRoute(route))
  dispatchEvent(new Event(NAVIGATED))
}

export function openSheet(sheet: Sheet): void {
  navigate({ page: parseRoute(location.hash).page, sheet })
}

/** Swaps one sheet for another, so that closing the second leads to the page and not to the first. */
export function replaceSheet(sheet: Sheet): void {
  replaceRoute({ page: parseRoute(location.hash).page, sheet })
}

/** Goes back where the sheet was opened by the app, and merely drops it where the address brought it. */
export function closeSheet(): void {
  if (depth() > 0) history.back()
  else replaceRoute({ page: parseRoute(location.hash).page })
}

/** Leaves a page whose document is gone. */
export function leaveTo(page: Page): void {
  replaceRoute({ page })
}
