import type { RakkoError, RowPage } from '@rakko/core'
import type { LiveObserver, Subscription } from '../live.js'

export type LiveStatus = 'pending' | 'live' | 'error'

/** What a component shows of a live query. */
export interface LiveState<Row> extends RowPage<Row> {
  /** `pending` until the first result, also on a server; `error` once it has ended: the rows are the last ones then. */
  readonly status: LiveStatus
  readonly error: RakkoError | undefined
}

const PENDING: LiveState<never> = {
  status: 'pending',
  error: undefined,
  rows: [],
  startCursor: undefined,
  endCursor: undefined,
  hasNextPage: false,
  hasPreviousPage: false,
  count: undefined,
}

export function pendingState(): LiveState<never> {
  return PENDING
}

/**
 * A live query that is open as long as a component listens to it, and not before: rendering alone has no effect. Listeners that
 * go and come back at once, as StrictMode has them do, find it still open.
 */
export class LiveEntry<Row> {
  readonly #open: (observer: LiveObserver<Row>) => Subscription
  readonly #onClose: () => void
  readonly #listeners = new Set<() => void>()
  #subscription: Subscription | undefined
  #state: LiveState<Row> = PENDING

  constructor(open: (observer: LiveObserver<Row>) => Subscription, onClose: () => void) {
    this.#open = open
    this.#onClose = onClose
  }

  readonly getState = (): LiveState<Row> => this.#state

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener)
    this.#subscription ??= this.#open({
      next: ({ delta: _, ...page }) => this.#show({ ...page, status: 'live', error: undefined }),
      error: (error) => this.#show({ ...this.#state, status: 'error', error }),
    })
    return () => {
      this.#listeners.delete(listener)
      queueMicrotask(() => this.#closeUnheard())
    }
  }

  #closeUnheard(): void {
    if (this.#listeners.size > 0 || this.#subscription === undefined) return
    this.#subscription.close()
    this.#subscription = undefined
    this.#state = PENDING
    this.#onClose()
  }

  #show(state: LiveState<Row>): void {
    this.#state = state
    for (const listener of this.#listeners) listener()
  }
}
