import { type RakkoError, refusal } from '@rakko/core'
import type { Cancellation } from './cancellation.js'
import { invalidMessage } from './check-message.js'
import type { SubscriptionParams } from './messages.js'
import type { SubscriptionUpdate } from './wire.js'

/** Live queries and listeners to events that one session may have open at once. */
export const MAX_LIVE_QUERIES = 10_000

/** What a session takes one update after the other from. */
export interface Source {
  readonly isOpen: boolean
  /** The next update, as soon as there is one; undefined once it is closed. Rejects with what ended it. */
  next(): Promise<SubscriptionUpdate | undefined>
  /** Gives up the call of `next` that waits, if any does. */
  stopWaiting(): void
  close(): void
}

/** The live queries of one session, and its listeners to events. */
export class Subscriptions {
  readonly #open = new Map<number, Source>()
  #opening = 0
  #last = 0
  #isEnded = false

  /** Throws TOO_MANY_LIVE_QUERIES. Whoever gave up meanwhile never learns the number: nothing stays open then. */
  async add(open: () => Promise<Source>, cancellation: Cancellation): Promise<SubscriptionParams> {
    checkLiveQueries(this.#open.size + this.#opening)
    this.#opening += 1
    try {
      const source = await open()
      if (this.#isEnded || cancellation.aborted) source.close()
      this.#last += 1
      if (source.isOpen) this.#open.set(this.#last, source)
      return { subscription: this.#last }
    } finally {
      this.#opening -= 1
    }
  }

  async next(
    { subscription }: SubscriptionParams,
    cancellation: Cancellation,
  ): Promise<SubscriptionUpdate | undefined> {
    const source = this.#open.get(subscription)
    if (!source) throw notOpen(subscription)
    const update = source.next()
    cancellation.onAbort(() => source.stopWaiting())
    try {
      return await update
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
    for (const source of this.#open.values()) source.close()
    this.#open.clear()
  }
}

/** Throws TOO_MANY_LIVE_QUERIES where `open` are open already, and no more may be. */
export function checkLiveQueries(open: number, most = MAX_LIVE_QUERIES, of = 'a session'): void {
  if (open < most) return
  const expected = `at most ${most} open live queries and listeners to events of ${of}`
  const about = 'Too many live queries (close some)'
  throw refusal('TOO_MANY_LIVE_QUERIES', { field: 'live', expected, got: open + 1, about })
}

export function notOpen(subscription: number): RakkoError {
  return invalidMessage('params.subscription', 'an open subscription of this session', subscription)
}
