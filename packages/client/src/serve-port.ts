import { type Cancellation, type RequestHandler, type Session, serve } from '@rakko/node/rpc'
import type { PortLike } from './channel.js'
import type { Connection } from './connection.js'
import { exposeSession } from './expose-session.js'
import { checkPort } from './port-channel.js'
import type { RakkoNode } from './rakko-node.js'
import { connectionOf } from './remote-node.js'

/**
 * Serves an open node to whoever holds the other end of the port, who reaches it by `openNode({ port })`. Closing there ends
 * the session only. Returns what stops serving; a port that closes stops by itself. Throws INVALID_ARGUMENT.
 */
export function servePort(node: RakkoNode, port: PortLike): () => void {
  checkPort(port)
  const session: Session = serve(relay(connectionOf(node)))
  return exposeSession(session, port)
}

/** Passes requests on to the node; how long one may take is the caller's to say. */
function relay(connection: Connection): RequestHandler {
  return async ({ method, params }, cancellation) => {
    if (method === 'close') return undefined
    return connection.request(method, params, { signal: signalOf(cancellation), deadlineMs: Number.POSITIVE_INFINITY })
  }
}

function signalOf(cancellation: Cancellation): AbortSignal {
  const controller = new AbortController()
  cancellation.onAbort(() => controller.abort())
  return controller.signal
}
