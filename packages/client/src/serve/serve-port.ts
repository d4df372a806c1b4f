import { type Session, serve } from '@rakko/node/rpc'
import { checkNoMore, checkOptions, invalidArgument } from '../arguments/arguments.js'
import type { PortLike } from '../channel/channel.js'
import { exposeSession } from '../channel/expose-session.js'
import { checkPort } from '../channel/port-channel.js'
import type { RakkoNode } from '../remote/rakko-node.js'
import { connectionOf } from '../remote/remote-node.js'
import { RIGHTS, type Right, relay } from './relay.js'

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
export function servePort(node: RakkoNode, port: PortLike, options?: ServeOptions): () => void {
  checkPort(port)
  const session: Session = serve(relay(connectionOf(node), checkRights(options)))
  return exposeSession(session, port)
}

/** Throws INVALID_ARGUMENT: a misspelt right, or one that is no boolean, would be passed over. */
function checkRights(options: ServeOptions | undefined): ReadonlySet<Right> {
  const { write, maintain, ingest, sql, ...more } = checkOptions(options)
  checkNoMore(more)
  const given = { write, maintain, ingest, sql }
  for (const right of RIGHTS) {
    const value: unknown = given[right]
    if (value !== undefined && typeof value !== 'boolean') throw invalidArgument(right, 'true or false', value)
  }
  return new Set(RIGHTS.filter((right) => given[right] === true))
}
