import { Listeners } from '@rakko/store'
import { Feed } from './feed.js'
import type { NodeEvent } from './node-event.js'

/** Batches of events, each of one at least. */
export type EventFeed = Feed<readonly NodeEvent[]>

/** Events of each type that a node keeps; of more than these it drops the oldest. So no type drives out another. */
export const MAX_KEPT_EVENTS = 200

/**
 * What a node has told of since it was opened, of each type the latest MAX_KEPT_EVENTS. Whoever begins to listen is told
 * these first: nobody comes too late.
 */
export class EventLog {
  /** In order, each with its number. */
  readonly #kept: { readonly number: number; readonly event: NodeEvent }[] = []
  readonly #counts = new Map<NodeEvent['type'], number>()
  /** Number of the next event. */
  #next = 0
  readonly #listeners = new Listeners<NodeEvent>()
  readonly #feeds = new Set<EventFeed>()
  #isClosed = false

  tell(event: NodeEvent): void {
    this.#kept.push({ number: this.#next, event })
    this.#next += 1
    const count = (this.#counts.get(event.type) ?? 0) + 1
    if (count > MAX_KEPT_EVENTS) {
      const oldest = this.#kept.findIndex((kept) => kept.event.type === event.type)
      this.#kept.splice(oldest, 1)
    } else this.#counts.set(event.type, count)
    this.#listeners.tell(event)
    for (const feed of this.#feeds) feed.wake()
  }

  /** Calls the listener with each event, at once with those that are kept. Returns what ends it. */
  listen(listener: (event: NodeEvent) => void): () => void {
    const own = new Listeners<NodeEvent>()
    own.add(listener)
    for (const { event } of [...this.#kept]) own.tell(event)
    return this.#listeners.add(listener)
  }

  /** The same for a reader that asks for one batch after the other. */
  open(): EventFeed {
    let number = 0
    const feed: EventFeed = new Feed({
      take: () => {
        const { events, next } = this.#from(number)
        number = next
        return events.length > 0 ? events : undefined
      },
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
    const kept = this.#kept.flatMap((one) => (one.number < number ? [] : [one.event]))
    const missed = this.#next - number - kept.length
    const events: NodeEvent[] = missed > 0 ? [{ type: 'events-missed', count: missed }, ...kept] : kept
    return { events, next: this.#next }
  }
}

interface EventBatch {
  readonly events: readonly NodeEvent[]
  /** Number of the event after them. */
  readonly next: number
}
