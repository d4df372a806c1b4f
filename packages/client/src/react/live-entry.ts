import type { RakkoError, RowPage } from '@rakko/core'
import { afterThisTask, platformTimers } from '../calls/platform.js'
import type { LiveObserver, Subscription } from '../remote/live.js'

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

/** How long after its result a live query stays open for a component that waited for it and is still not mounted. */
export const AWAITED_MS = 5_000

/**
 * React renders what has thrown once more before an error boundary shows it, mostly in the same turn. A query that is
 * opened so soon after an error may be that of a render which took longer: an error of its own stays as long.
 */
export const THROWN_MS = 100

/**
 * A live query that is open as long as a component listens to it, and not before. Rendering alone has no effect, unless
 * a component suspends until the result is there. Listeners that go and come back at once, as in StrictMode, find it
 * still open.
 */
export class LiveEntry<Row> {
  readonly #open: (observer: LiveObserver<Row>) => Subscription
  /** Whoever asks from now on gets another entry. */
  readonly #onReplace: () => void
  readonly #listeners = new Set<() => void>()
  #subscription: Subscription | undefined
  #state: LiveState<Row> = PENDING
  /** The result that a component which is not mounted waits for, or has waited for. */
  #awaited: { readonly result: Promise<void>; readonly resolve: () => void } | undefined
  #timer: unknown
  #thrown: RakkoError | undefined
  /** While a query that is opened may be none that anybody asked for again. */
  #grace: unknown
  /** How long an error that was thrown stays. */
  #thrownMs = 0

  constructor(open: (observer: LiveObserver<Row>) => Subscription, onReplace: () => void) {
    this.#open = open
    this.#onReplace = onReplace
  }

  readonly getState = (): LiveState<Row> => this.#state

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener)
    this.#start()
    // Whoever waited is mounted now, or shares the query with a component that is.
    if (this.#state.status !== 'pending') this.#endWait()
    return () => {
      this.#listeners.delete(listener)
      afterThisTask(() => this.#closeUnheard())
    }
  }

  /** Opens it; the same promise until it is closed, resolved where there is something to show: its error too. */
  awaitResult(): Promise<void> {
    if (this.#awaited === undefined) {
      let resolve = (): void => undefined
      const result = new Promise<void>((resolveResult) => {
        resolve = resolveResult
      })
      this.#awaited = { result, resolve }
      this.#start()
    }
    return this.#awaited.result
  }

  /** Throws what has ended it. Whoever tries again asks again, even if others still listen to this one. */
  throwError(): never {
    const { error } = this.#state
    if (this.#thrown !== error) {
      this.#thrown = error
      platformTimers.setTimeout(() => {
        if (this.#state.error === error) this.#drop()
      }, this.#thrownMs)
    }
    throw error
  }

  #drop(): void {
    this.#endWait()
    if (this.#listeners.size > 0) {
      this.#onReplace()
      return
    }
    this.#close()
    platformTimers.clearTimeout(this.#grace)
    this.#grace = platformTimers.setTimeout(() => {
      this.#grace = undefined
    }, THROWN_MS)
  }

  #start(): void {
    if (this.#subscription !== undefined) return
    this.#thrownMs = this.#grace === undefined ? 0 : THROWN_MS
    this.#subscription = this.#open({
      next: ({ delta: _, ...page }) => this.#show({ ...page, status: 'live', error: undefined }),
      error: (error) => this.#show({ ...this.#state, status: 'error', error }),
    })
  }

  #endWait(): void {
    platformTimers.clearTimeout(this.#timer)
    this.#timer = undefined
    this.#awaited = undefined
  }

  #closeUnheard(): void {
    if (this.#listeners.size === 0 && this.#awaited === undefined) this.#close()
  }

  #close(): void {
    this.#subscription?.close()
    this.#subscription = undefined
    this.#state = PENDING
    this.#thrown = undefined
  }

  #show(state: LiveState<Row>): void {
    this.#state = state
    if (this.#awaited !== undefined && this.#timer === undefined) {
      this.#awaited.resolve()
      this.#timer = platformTimers.setTimeout(() => {
        this.#endWait()
        this.#closeUnheard()
      }, AWAITED_MS)
    }
    for (const listener of this.#listeners) listener()
  }
}
