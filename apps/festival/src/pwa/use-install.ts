import { useSyncExternalStore } from 'react'

/** Chromium's event, which the DOM types do not know: it can be kept and shown when the person asks. */
interface BeforeInstallPromptEvent extends Event {
  prompt(): Promise<{ readonly outcome: 'accepted' | 'dismissed' }>
}

export interface InstallState {
  /** Runs in a window of its own already. */
  readonly installed: boolean
  /** Shows the browser's own question; absent where the browser offers none. */
  readonly install?: () => Promise<void>
}

const listeners = new Set<() => void>()
let state: InstallState = { installed: false }

function become(next: InstallState) {
  state = next
  for (const listener of listeners) listener()
}

/** Called once, early: the browser fires the event only once. */
export function watchInstallation(): void {
  state = { installed: matchMedia('(display-mode: standalone)').matches }
  addEventListener('beforeinstallprompt', (event) => {
    event.preventDefault()
    const offer = event as BeforeInstallPromptEvent
    become({
      installed: false,
      install: async () => {
        const { outcome } = await offer.prompt()
        become({ installed: outcome === 'accepted' })
      },
    })
  })
  addEventListener('appinstalled', () => become({ installed: true }))
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

export function useInstall(): InstallState {
  return useSyncExternalStore(subscribe, () => state)
}
