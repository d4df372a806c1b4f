import { RakkoError } from '@rakko/core'
import type { QueryParams, WireRow } from '@rakko/node/rpc'
import { checkCallOptions, invalidArgument } from './arguments.js'
import type { Connection } from './connection.js'
import type { LiveObserver, LiveOptions, Subscription } from './live.js'
import { LiveRows } from './live-rows.js'

/**
 * Keeps asking for the next change of a live query: one request waits at the node at any time, and the one that follows says that
 * the change before was taken.
 */
export function subscribe<Row>(
  connection: Connection,
  params: QueryParams,
  toRow: (row: WireRow) => Row,
  observer: LiveObserver<Row> | LiveObserver<Row>['next'],
  options?: LiveOptions,
): Subscription {
  const { next, error: onError = raise } = checkObserver(observer)
  const { signal } = checkCallOptions(options)
  const closing = new AbortController()
  const isClosed = (): boolean => closing.signal.aborted

  async function follow(): Promise<void> {
    const { subscription } = await connection.request('live', params, { signal: closing.signal })
    const rows = new LiveRows(toRow)
    try {
      for (;;) {
        const limits = { signal: closing.signal, deadlineMs: Number.POSITIVE_INFINITY }
        const update = await connection.request('next', { subscription }, limits)
        if (update === undefined || isClosed()) return
        guarded(() => next(rows.apply(update)))
        if (isClosed()) return
      }
    } finally {
      // Nobody waits for it: a node that is gone has ended it.
      connection.request('endLive', { subscription }).catch(() => undefined)
    }
  }

  const close = (): void => {
    forget()
    signal?.removeEventListener('abort', close)
    closing.abort()
  }
  const forget = connection.onClosing(close)
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

function checkObserver<Row>(observer: LiveObserver<Row> | LiveObserver<Row>['next']): LiveObserver<Row> {
  const checked = typeof observer === 'function' ? { next: observer } : observer
  if (typeof checked?.next === 'function' && ['function', 'undefined'].includes(typeof checked.error)) {
    return {
      next: (result) => checked.next(result),
      ...(checked.error && { error: (error) => checked.error?.(error) }),
    }
  }
  throw invalidArgument('observer', 'a callback, or an object with the callbacks next and error', observer)
}

/** What a callback throws is the app's: it must not end the live query, and must not be lost. */
function guarded(call: () => void): void {
  try {
    call()
  } catch (error) {
    raise(error)
  }
}

function raise(error: unknown): void {
  queueMicrotask(() => {
    throw error
  })
}
