import { RakkoError } from '@rakko/core'
import type { SubscriptionParams, SubscriptionUpdate } from '@rakko/node/rpc'
import { checkCallOptions, invalidArgument } from '../arguments/arguments.js'
import { readable } from '../arguments/read-members.js'
import type { Connection } from './connection.js'
import { afterThisTask } from './platform.js'

/** Ends the callbacks of a live query or of a listener to events. */
export interface Subscription {
  /** No callback is called any more. Closing again does nothing. */
  close(): void
}

export interface SubscriptionOptions {
  /** Closes the subscription. */
  readonly signal?: AbortSignal | undefined
}

export interface Observer<Value> {
  next(value: Value): void
  /** The subscription has ended. Without this callback the error is thrown as an uncaught one. */
  readonly error?: ((error: RakkoError) => void) | undefined
}

/** What a subscription asks the node for, and what it makes of an update. */
export interface SubscriptionSource<Value> {
  open(signal: AbortSignal): Promise<SubscriptionParams>
  valuesOf(update: SubscriptionUpdate): readonly Value[]
}

/**
 * Keeps asking for the next update of a subscription. One request waits at the node at any time; the one that follows
 * acknowledges the update before. Throws INVALID_ARGUMENT.
 */
export function subscribe<Value>(
  connection: Connection,
  source: SubscriptionSource<Value>,
  observer: Observer<Value> | Observer<Value>['next'],
  options?: SubscriptionOptions,
): Subscription {
  const { next, error: onError = raise } = checkObserver(observer)
  const { signal } = checkCallOptions(options)
  const closing = new AbortController()
  const isClosed = (): boolean => closing.signal.aborted

  async function follow(): Promise<void> {
    const { subscription } = await source.open(closing.signal)
    try {
      for (let receipt: number | undefined; ; ) {
        const limits = { signal: closing.signal, deadlineMs: Number.POSITIVE_INFINITY }
        const update = await connection.request('next', { subscription, receipt }, limits)
        if (update === undefined || isClosed()) return
        receipt = update.receipt
        for (const value of source.valuesOf(update)) {
          guarded(() => next(value))
          if (isClosed()) return
        }
      }
    } finally {
      // Nobody waits for it: a node that is gone has ended it.
      connection.request('end', { subscription }).catch(() => undefined)
    }
  }

  const close = (): void => {
    stopListening()
    signal?.removeEventListener('abort', close)
    closing.abort()
  }
  const stopListening = connection.onClosing(close)
  signal?.addEventListener('abort', close)
  if (signal?.aborted) close()
  else {
    follow().then(close, (error: unknown) => {
      if (isClosed()) return
      close()
      guarded(() => onError(error instanceof RakkoError ? error : new RakkoError('INTERNAL', String(error))))
    })
  }
  return { close }
}

function checkObserver<Value>(observer: Observer<Value> | Observer<Value>['next']): Observer<Value> {
  const given = typeof observer === 'function' ? { next: observer } : observer
  // They are called as the observer's own methods.
  const checked = readable('observer', () => {
    if (typeof given?.next !== 'function' || !['function', 'undefined'].includes(typeof given.error)) return undefined
    return {
      next: (value: Value) => given.next(value),
      ...(given.error && { error: (error: RakkoError) => given.error?.(error) }),
    }
  })
  if (checked !== undefined) return checked
  throw invalidArgument('observer', 'a callback, or an object with the callbacks next and error', observer)
}

/** What a callback throws is the app's: it must not end the subscription, and must not be lost. */
function guarded(call: () => void): void {
  try {
    call()
  } catch (error) {
    raise(error)
  }
}

function raise(error: unknown): void {
  afterThisTask(() => {
    throw error
  })
}
