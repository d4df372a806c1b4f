import { RakkoError } from '@rakko/core'
import {
  type Cancellation,
  checkLiveQueries,
  type Method,
  type Methods,
  notOpen,
  type QueryParams,
  type Request,
  type RequestHandler,
  type SubscriptionParams,
} from '@rakko/node/rpc'
import type { Connection } from './connection.js'

/**
 * Passes one session's requests on to a node that others use too; how long one may take is the caller's to say. Its live queries
 * are its own: it reaches no other session's, and they end with it.
 */
export function relay(connection: Connection, takesSql: boolean): RequestHandler {
  const open = new Set<number>()
  let opening = 0
  let isEnded = false

  function pass<M extends Method>(method: M, params: Methods[M]['params'], cancellation: Cancellation) {
    return connection.request(method, params, {
      signal: signalOf(cancellation),
      deadlineMs: Number.POSITIVE_INFINITY,
    })
  }
  async function openLive(params: QueryParams, cancellation: Cancellation): Promise<SubscriptionParams> {
    checkLiveQueries(open.size + opening)
    opening += 1
    try {
      const opened = await pass('live', params, cancellation)
      open.add(opened.subscription)
      if (isEnded) await end()
      return opened
    } finally {
      opening -= 1
    }
  }
  async function end(): Promise<void> {
    isEnded = true
    for (const subscription of open) connection.request('endLive', { subscription }).catch(() => undefined)
    open.clear()
  }
  async function handle({ method, params }: Request, cancellation: Cancellation): Promise<unknown> {
    if (method === 'close') return end()
    if (method === 'sql' && !takesSql) {
      throw new RakkoError('SQL_NOT_ALLOWED', 'The port is served without SQL: servePort(node, port, { sql: true })')
    }
    if (method === 'live') return openLive(params as QueryParams, cancellation)
    if (method === 'next' || method === 'endLive') {
      const { subscription } = params as SubscriptionParams
      if (!open.has(subscription)) throw notOpen(subscription)
      if (method === 'endLive') open.delete(subscription)
    }
    return pass(method, params, cancellation)
  }
  return Object.assign(handle, { end })
}

function signalOf(cancellation: Cancellation): AbortSignal {
  const controller = new AbortController()
  cancellation.onAbort(() => controller.abort())
  return controller.signal
}
