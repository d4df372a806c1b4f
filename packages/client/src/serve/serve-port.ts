import { type Session, serve } from '@rakko/node/rpc'
import type { PortLike } from '../channel/channel.js'
import { exposeSession } from '../channel/expose-session.js'
import { checkPort } from '../channel/port-channel.js'
import type { RakkoNode } from '../remote/rakko-node.js'
import { connectionOf } from '../remote/remote-node.js'
import { relay } from './relay.js'

/** What the other end may do beside reading: nothing, unless it is allowed here. */
export interface ServeOptions {
  /** Whether it may create, update, delete and publish, as this node's key. Without it WRITE_NOT_ALLOWED. */
  readonly write?: boolean | undefined
  /**
   * Whether it may forget documents for good, bring schemas and indexes with `openNode`, and be told where the database
   * lies. Without it MAINTAIN_NOT_ALLOWED.
   */
  readonly maintain?: boolean | undefined
  /** Whether the other end may run SQL of its own, as the app that opened the node may. Without it SQL_NOT_ALLOWED. */
  readonly sql?: boolean | undefined
  /**
   * Whether the other end may `ingest`: what it hands over is held to the rules of replication, which keep forks and
   * park what waits. Without it INGEST_NOT_ALLOWED.
   */
  readonly ingest?: boolean | undefined
}

/**
 * Serves an open node to whoever holds the other end of the port, who reaches it by `openNode({ port })`. Closing there
 * ends the session only. Returns what stops serving; a port that closes stops by itself. Throws INVALID_ARGUMENT.
 */
export function servePort(node: RakkoNode, port: PortLike, options: ServeOptions = {}): () => void {
  checkPort(port)
  const rights = (['write', 'maintain', 'ingest', 'sql'] as const).filter((right) => options[right] === true)
  const session: Session = serve(relay(connectionOf(node), new Set(rights)))
  return exposeSession(session, port)
}
