import type { PeerStatus } from '@rakko/sync'

/** Tells one reader how it stands with all peers, as often as it asks: what changed meanwhile it learns at once. */
export class StatusFeed {
  readonly #statuses: () => readonly PeerStatus[]
  readonly #drop: (feed: StatusFeed) => void
  #reader: ((statuses: readonly PeerStatus[] | undefined) => void) | undefined
  #hasNews = true
  #isOpen = true

  constructor(statuses: () => readonly PeerStatus[], drop: (feed: StatusFeed) => void) {
    this.#statuses = statuses
    this.#drop = drop
  }

  get isOpen(): boolean {
    return this.#isOpen
  }

  /** As soon as something has changed since the call before; undefined once it is closed. */
  next(): Promise<readonly PeerStatus[] | undefined> {
    this.stopWaiting()
    if (!this.#isOpen) return Promise.resolve(undefined)
    return new Promise((resolve) => {
      this.#reader = resolve
      if (this.#hasNews) this.wake()
    })
  }

  stopWaiting(): void {
    this.#reader?.(undefined)
    this.#reader = undefined
  }

  wake(): void {
    this.#hasNews = true
    const reader = this.#reader
    if (reader === undefined) return
    this.#reader = undefined
    this.#hasNews = false
    reader(this.#statuses())
  }

  close(): void {
    if (!this.#isOpen) return
    this.#isOpen = false
    this.#drop(this)
    this.stopWaiting()
  }
}
