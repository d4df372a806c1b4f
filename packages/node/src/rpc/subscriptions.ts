import { type RakkoError, refusal } from '@rakko/core'
import type { LiveQuery } from '../live/live-query.js'
import type { Cancellation } from './cancellation.js'
import { invalidMessage } from './check-message.js'
import type { LiveUpdate, SubscriptionParams } from './messages.js'
import { wireUpdate } from './wire-row.js'

/** Live queries that one session may have open at once. */
export const MAX_LIVE_QUERIES = 10_000

/** The live queries of one session. */
export class Subscriptions {
  readonly #open = new Map<number, LiveQuery>()
  #opening = 0
  #last = 0
  #isEnded = false

  /** Throws TOO_MANY_LIVE_QUERIES. Whoever gave up meanwhile never learns the number: nothing stays open then. */
  async add(open: () => Promise<LiveQuery>, cancellation: Cancellation): Promise<SubscriptionParams> {
    checkLiveQueries(this.#open.size + this.#opening)
    this.#opening += 1
    try {
      const live = await open()
      if (this.#isEnded || cancellation.aborted) live.close()
      this.#last += 1
      if (live.isOpen) this.#open.set(this.#last, live)
      return { subscription: this.#last }
    } finally {
      this.#opening -= 1
    }
  }

  async next({ subscription }: SubscriptionParams, cancellation: Cancellation): Promise<LiveUpdate | undefined> {
    const live = this.#open.get(subscription)
    if (!live) throw notOpen(subscription)
    const change = live.next()
    cancellation.onAbort(() => live.stopWaiting())
    try {
      const found = await change
      return found && wireUpdate(found, live.query)
    } catch (error) {
      this.#open.delete(subscription)
      throw error
    }
  }

  /** Ending one that is not open is no fault: it may have failed meanwhile. */
  end({ subscription }: SubscriptionParams): void {
    this.#open.get(subscription)?.close()
    this.#open.delete(subscription)
  }

  endAll(): void {
    this.#isEnded = true
    for (const live of this.#open.values()) live.close()
    this.#open.clear()
  }
}

/** Throws TOO_MANY_LIVE_QUERIES where no more than `open` may be open. */
export function checkLiveQueries(open: number): void {
  if (open < MAX_LIVE_QUERIES) return
  const expected = `at most ${MAX_LIVE_QUERIES} open live queries a session`
  const about = 'Too many live queries (close some)'
  throw refusal('TOO_MANY_LIVE_QUERIES', { field: 'live', expected, got: open + 1, about })
}

export function notOpen(subscription: number): RakkoError {
  return invalidMessage('params.subscription', 'an open live query of this session', subscription)
}
