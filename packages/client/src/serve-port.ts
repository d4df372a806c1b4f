import { RakkoError } from '@rakko/core'
import { type Cancellation, type RequestHandler, type Session, serve } from '@rakko/node/rpc'
import type { PortLike } from './channel.js'
import type { Connection } from './connection.js'
import { exposeSession } from './expose-session.js'
import { checkPort } from './port-channel.js'
import type { RakkoNode } from './rakko-node.js'
import { connectionOf } from './remote-node.js'

export interface ServeOptions {
  /** Whether the other end may run SQL of its own, as the app that opened the node may. Without it SQL_NOT_ALLOWED. */
  readonly sql?: boolean
}

/**
 * Serves an open node to whoever holds the other end of the port, who reaches it by `openNode({ port })`. Closing there ends
 * the session only. Returns what stops serving; a port that closes stops by itself. Throws INVALID_ARGUMENT.
 */
export function servePort(node: RakkoNode, port: PortLike, { sql = false }: ServeOptions = {}): () => void {
  checkPort(port)
  const session: Session = serve(relay(connectionOf(node), sql === true))
  return exposeSession(session, port)
}

/** Passes requests on to the node; how long one may take is the caller's to say. */
function relay(connection: Connection, takesSql: boolean): RequestHandler {
  return async ({ method, params }, cancellation) => {
    if (method === 'close') return undefined
    if (method === 'sql' && !takesSql) {
      throw new RakkoError('SQL_NOT_ALLOWED', 'The port is served without SQL: servePort(node, port, { sql: true })')
    }
    return connection.request(method, params, { signal: signalOf(cancellation), deadlineMs: Number.POSITIVE_INFINITY })
  }
}

function signalOf(cancellation: Cancellation): AbortSignal {
  const controller = new AbortController()
  cancellation.onAbort(() => controller.abort())
  return controller.signal
}
