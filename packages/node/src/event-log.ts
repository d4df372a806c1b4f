import { Listeners } from '@rakko/store'
import type { NodeEvent } from './node-event.js'

/** Events that a node keeps; of more than these it drops the oldest. */
export const MAX_KEPT_EVENTS = 1_000

/**
 * What a node has told of since it was opened, the latest MAX_KEPT_EVENTS. Whoever begins to listen is told these
 * first: nobody comes too late.
 */
export class EventLog {
  readonly #kept: NodeEvent[] = []
  /** Events that were dropped. */
  #dropped = 0
  readonly #listeners = new Listeners<NodeEvent>()
  readonly #feeds = new Set<EventFeed>()
  #isClosed = false

  tell(event: NodeEvent): void {
    this.#kept.push(event)
    if (this.#kept.length > MAX_KEPT_EVENTS) {
      this.#kept.shift()
      this.#dropped += 1
    }
    this.#listeners.tell(event)
    for (const feed of this.#feeds) feed.wake()
  }

  /** Calls the listener with each event, at once with those that are kept. Returns what ends it. */
  listen(listener: (event: NodeEvent) => void): () => void {
    const own = new Listeners<NodeEvent>()
    own.add(listener)
    for (const event of [...this.#kept]) own.tell(event)
    return this.#listeners.add(listener)
  }

  /** The same for a reader that asks for one batch after the other. */
  open(): EventFeed {
    const feed = new EventFeed({
      from: (number) => this.#from(number),
      drop: (closed) => this.#feeds.delete(closed),
    })
    if (this.#isClosed) feed.close()
    else this.#feeds.add(feed)
    return feed
  }

  /** Ends every feed. */
  close(): void {
    this.#isClosed = true
    for (const feed of this.#feeds) feed.close()
  }

  #from(number: number): EventBatch {
    const missed = Math.max(0, this.#dropped - number)
    const kept = this.#kept.slice(Math.max(0, number - this.#dropped))
    const events: NodeEvent[] = missed > 0 ? [{ type: 'events-missed', count: missed }, ...kept] : kept
    return { events, next: this.#dropped + this.#kept.length }
  }
}

interface EventBatch {
  readonly events: readonly NodeEvent[]
  /** Number of the event after them. */
  readonly next: number
}

interface EventFeedHost {
  /** Events from this number on; what was dropped of them is an event itself. */
  from(number: number): EventBatch
  drop(feed: EventFeed): void
}

/** Events for one reader who takes them in batches; a slow one costs no memory. */
export class EventFeed {
  readonly #host: EventFeedHost
  #next = 0
  #reader: ((events: readonly NodeEvent[] | undefined) => void) | undefined
  #isOpen = true

  constructor(host: EventFeedHost) {
    this.#host = host
  }

  get isOpen(): boolean {
    return this.#isOpen
  }

  /**
   * The next events, one at least, as soon as there are any; undefined once it is closed. An earlier call that waits
   * resolves to undefined.
   */
  next(): Promise<readonly NodeEvent[] | undefined> {
    this.stopWaiting()
    if (!this.#isOpen) return Promise.resolve(undefined)
    return new Promise((resolve) => {
      this.#reader = resolve
      this.wake()
    })
  }

  /** Gives up the call of `next` that waits, if any does: nothing is taken. */
  stopWaiting(): void {
    this.#reader?.(undefined)
    this.#reader = undefined
  }

  /** There may be events: hands them to the reader that waits. */
  wake(): void {
    if (!this.#reader) return
    const { events, next } = this.#host.from(this.#next)
    if (events.length === 0) return
    this.#next = next
    this.#reader(events)
    this.#reader = undefined
  }

  close(): void {
    if (!this.#isOpen) return
    this.#isOpen = false
    this.#host.drop(this)
    this.stopWaiting()
  }
}
