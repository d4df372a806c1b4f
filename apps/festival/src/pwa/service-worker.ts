import { useSyncExternalStore } from 'react'

/**
 * The service worker keeps every file of the app, the database's wasm and its prepared archive included, so that the
 * second visit needs no network. A new version waits until the person asks for it: nothing is swapped under an open
 * form.
 */
export interface ServiceWorkerState {
  /** Every file is on the device: the next visit works offline. */
  readonly offlineReady: boolean
  /** A new version is loaded and waits. */
  readonly updateReady: boolean
  /** Why there is no service worker. */
  readonly problem?: 'unsupported' | 'failed'
}

const UPDATE_CHECK_MS = 60 * 60 * 1000

const listeners = new Set<() => void>()
let state: ServiceWorkerState = { offlineReady: false, updateReady: false }
let waiting: ServiceWorker | null = null

function become(change: Partial<ServiceWorkerState>) {
  state = { ...state, ...change }
  for (const listener of listeners) listener()
}

function watch(registration: ServiceWorkerRegistration) {
  function look() {
    waiting = registration.waiting
    become({
      offlineReady: registration.active !== null,
      // Without an active one this is the very first installation, not an update.
      updateReady: registration.waiting !== null && registration.active !== null,
    })
  }
  function follow(worker: ServiceWorker | null) {
    worker?.addEventListener('statechange', look)
  }
  look()
  follow(registration.installing)
  follow(registration.active)
  registration.addEventListener('updatefound', () => follow(registration.installing))
}

export async function registerServiceWorker(): Promise<void> {
  if (!('serviceWorker' in navigator)) {
    become({ problem: 'unsupported' })
    return
  }
  try {
    const registration = await navigator.serviceWorker.register(`${import.meta.env.BASE_URL}sw.js`, {
      scope: import.meta.env.BASE_URL,
    })
    watch(registration)
    setInterval(() => void registration.update().catch(() => undefined), UPDATE_CHECK_MS)
  } catch {
    become({ problem: 'failed' })
  }
}

/** A tab runs a version that this one has not seen. */
export function announceUpdate(): void {
  become({ updateReady: true })
}

/** Starts the waiting version, where one waits, and loads the page again under it. */
export function applyUpdate(): void {
  if (waiting === null) {
    location.reload()
    return
  }
  navigator.serviceWorker.addEventListener('controllerchange', () => location.reload(), { once: true })
  waiting?.postMessage({ type: 'SKIP_WAITING' })
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

export function useServiceWorker(): ServiceWorkerState {
  return useSyncExternalStore(subscribe, () => state)
}
