import { RakkoError } from '@rakko/core'
import {
  type Cancellation,
  checkLiveQueries,
  type Method,
  type Methods,
  notOpen,
  type Request,
  type RequestHandler,
  type SubscriptionParams,
} from '@rakko/node/rpc'
import type { Connection } from '../calls/connection.js'

/** What a served port may ask for only where `servePort` allows it. */
export interface ServeRights {
  readonly sql: boolean
  readonly ingest: boolean
}

/**
 * Passes one session's requests on to a node that others use too; how long one may take is the caller's to say. Its
 * subscriptions are its own: it reaches no other session's, and they end with it.
 */
export function relay(connection: Connection, rights: ServeRights): RequestHandler {
  const open = new Set<number>()
  let opening = 0
  let isEnded = false

  function pass<M extends Method>(method: M, params: Methods[M]['params'], cancellation: Cancellation) {
    return connection.request(method, params, {
      signal: signalOf(cancellation),
      deadlineMs: Number.POSITIVE_INFINITY,
    })
  }
  async function subscribe<M extends 'live' | 'events'>(
    method: M,
    params: Methods[M]['params'],
    cancellation: Cancellation,
  ): Promise<SubscriptionParams> {
    checkLiveQueries(open.size + opening)
    opening += 1
    try {
      const opened = await pass(method, params, cancellation)
      open.add(opened.subscription)
      if (isEnded) await end()
      return opened
    } finally {
      opening -= 1
    }
  }
  async function end(): Promise<void> {
    isEnded = true
    for (const subscription of open) connection.request('end', { subscription }).catch(() => undefined)
    open.clear()
  }
  async function handle({ method, params }: Request, cancellation: Cancellation): Promise<unknown> {
    if (method === 'close') return end()
    if ((method === 'sql' || method === 'ingest') && !rights[method]) throw notServed(method)
    if (method === 'live' || method === 'events') return subscribe(method, params as never, cancellation)
    if (method === 'next' || method === 'end') {
      const { subscription } = params as SubscriptionParams
      if (!open.has(subscription)) throw notOpen(subscription)
      if (method === 'end') open.delete(subscription)
    }
    return pass(method, params, cancellation)
  }
  return Object.assign(handle, { end })
}

function notServed(method: 'sql' | 'ingest'): RakkoError {
  const remedy = `servePort(node, port, { ${method}: true })`
  return method === 'sql'
    ? new RakkoError('SQL_NOT_ALLOWED', `The port is served without SQL: ${remedy}`)
    : new RakkoError('INGEST_NOT_ALLOWED', `The port is served without ingest: ${remedy}`)
}

function signalOf(cancellation: Cancellation): AbortSignal {
  const controller = new AbortController()
  cancellation.onAbort(() => controller.abort())
  return controller.signal
}
