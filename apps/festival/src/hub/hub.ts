import type { RakkoNode } from '@rakko/client'
import { keepHub, keptHub, takeSharedHub } from './hub-setting.js'

export interface HubState {
  /** As it was typed; undefined while this device keeps to itself. */
  readonly address: string | undefined
  /** What a link offers, until it is taken or declined. */
  readonly offered: string | undefined
  /** The hub has another database than before, or an old copy: it gets everything again. */
  readonly isNew: boolean
}

/** The one hub that the festival syncs with. */
export interface Hub {
  subscribe(listener: () => void): () => void
  state(): HubState
  /** From now on, also at the next start. Rejects with INVALID_ADDRESS; the hub before stays then. */
  use(address: string): Promise<void>
  remove(): Promise<void>
  decline(): void
}

/** Once for the page: a node that is opened again still has the offer. */
let shared = takeSharedHub()

export function openHub({ sync, onEvent }: RakkoNode): Hub {
  const listeners = new Set<() => void>()
  const kept = keptHub()
  let state: HubState = { address: kept, offered: shared === kept ? undefined : shared, isNew: false }

  function become(next: Partial<HubState>): void {
    state = { ...state, ...next }
    shared = state.offered
    for (const listener of listeners) listener()
  }

  // An address that is none stays to be seen and mended: what it was built with, or what an older version has kept.
  if (kept !== undefined) sync.connect(kept).catch(() => undefined)
  onEvent({
    next({ type }) {
      if (type === 'peer-replaced' || type === 'peer-restored') become({ isNew: true })
    },
    // The node is gone, which everything else says.
    error: () => undefined,
  })

  async function replace(address: string | undefined): Promise<void> {
    const former = state.address
    // Before the new one: two texts may name the same hub.
    if (former !== undefined) await sync.disconnect(former).catch(() => undefined)
    try {
      if (address !== undefined) await sync.connect(address)
    } catch (error) {
      if (former !== undefined) await sync.connect(former).catch(() => undefined)
      throw error
    }
    keepHub(address)
    become({ address, offered: undefined, isNew: false })
  }

  return {
    subscribe(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    state: () => state,
    use: (address) => replace(address.trim()),
    remove: () => replace(undefined),
    decline: () => become({ offered: undefined }),
  }
}
