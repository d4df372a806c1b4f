import { type BoundSchema, type DocumentViewId, isPlainObject, type PublicKey } from '@rakko/core'
import type { ForgetParams, NodeInfo } from '@rakko/node/rpc'
import { checkBytes, checkId, checkNoMore, invalidArgument } from '../arguments/arguments.js'
import type { CallOptions } from '../arguments/call-options.js'
import { checkSchema } from '../arguments/check-schema.js'
import { plainCopy } from '../arguments/plain-copy.js'
import { readable, readMembers } from '../arguments/read-members.js'
import { Connection, DEFAULT_DEADLINE_MS } from '../calls/connection.js'
import type { Timers } from '../calls/deadline.js'
import { Deadline } from '../calls/deadline.js'
import type { Observer, SubscriptionOptions } from '../calls/subscription.js'
import type { Channel } from '../channel/channel.js'
import { type BatchWriter, batch } from './batch.js'
import type { Collection, CreateOptions } from './collection.js'
import { type IngestItem, ingest } from './ingest.js'
import { type NodeEvent, subscribeToEvents } from './node-events.js'
import type { OpeningParams } from './open-node-options.js'
import { remoteSync } from './peers.js'
import type { ForgetTarget, RakkoNode } from './rakko-node.js'
import { remoteCollection } from './remote-collection.js'
import { remoteSql } from './sql.js'
import { type VerifyOptions, verify } from './verify.js'

/** What a page can be asked that a worker cannot. */
export type AskForPersistence = () => Promise<boolean>

export interface ConnectOptions extends OpeningParams {
  readonly channel: Channel
  readonly timers: Timers
  readonly askForPersistence?: AskForPersistence | undefined
  /** Calls the listener when the page was still, or without a network, and goes on. Returns what ends it. */
  readonly onWake?: ((listener: () => void) => () => void) | undefined
}

const connections = new WeakMap<RakkoNode, Connection>()

/** The way to the node behind `node`, for passing others' requests on. Throws INVALID_ARGUMENT. */
export function connectionOf(node: RakkoNode): Connection {
  const connection = connections.get(node)
  if (connection !== undefined) return connection
  throw invalidArgument('node', 'a node that openNode returned', node)
}

/**
 * Opens the session over a channel. Where that fails, what is left of it is ended, and that awaited until the deadline.
 */
export async function connect(options: ConnectOptions): Promise<RakkoNode> {
  const { channel, timers, open, schemas, askForPersistence, onWake, deadlineMs, ...call } = options
  const deadline = new Deadline(timers, deadlineMs ?? DEFAULT_DEADLINE_MS)
  try {
    const connection = new Connection(channel, timers, deadlineMs)
    const info = await connection.request('open', { ...open, ...(schemas !== undefined && { schemas }) }, call)
    const node = remoteNode(connection, info, askForPersistence)
    connections.set(node, connection)
    // Whoever may not say so need not: the node's own page does.
    const stop = onWake?.(() => void connection.request('wake', {}).catch(() => undefined))
    if (stop !== undefined) connection.onClosing(stop)
    return node
  } catch (error) {
    await deadline.waitFor(channel.close())
    throw error
  } finally {
    deadline.clear()
  }
}

function remoteNode(
  connection: Connection,
  info: NodeInfo,
  askForPersistence: AskForPersistence | undefined,
): RakkoNode {
  const close = (): Promise<void> => connection.close()
  const collections = new WeakMap<BoundSchema, Collection<never>>()
  const collection = <S extends BoundSchema>(schema: S): Collection<S> => {
    const known = collections.get(checkSchema('schema', schema)) as Collection<S> | undefined
    const made = known ?? remoteCollection(connection, schema)
    collections.set(schema, made as Collection<never>)
    return made
  }
  return {
    publicKey: info.publicKey,
    databaseId: info.databaseId,
    collection,
    async publish(entry: Uint8Array, operation: Uint8Array, options?: CallOptions) {
      const params = { entry: checkBytes('entry', entry), operation: checkBytes('operation', operation) }
      return connection.request('publish', params, options)
    },
    batch: (work: (write: BatchWriter) => void, options?: CreateOptions) => batch(connection, work, options),
    ingest: (items: readonly IngestItem[], options?: CallOptions) => ingest(connection, items, options),
    onEvent: (observer: Observer<NodeEvent> | Observer<NodeEvent>['next'], options?: SubscriptionOptions) =>
      subscribeToEvents(connection, observer, options),
    async nextArgs(publicKey: PublicKey, viewId?: DocumentViewId, options?: CallOptions) {
      const params = {
        publicKey: checkId('publicKey', 'a public key', publicKey),
        ...(viewId !== undefined && { viewId: checkId('viewId', 'a document view id', viewId) }),
      }
      return connection.request('nextArgs', params, options)
    },
    async forget(target: ForgetTarget, options?: CallOptions) {
      if (!readable('target', () => isPlainObject(target))) {
        throw invalidArgument('target', 'one of document, schema and author', target)
      }
      const { document, schema, author, ...more } = readMembers('target', 'target', target)
      checkNoMore(more)
      const ids = plainCopy('target', { document, author }) as ForgetParams
      const id = schema === undefined ? undefined : schemaIdOf(schema as BoundSchema | string)
      await connection.request('forget', { ...ids, schema: id }, options)
    },
    async stateHash(schema: BoundSchema, options?: CallOptions) {
      return connection.request('stateHash', { schemaId: checkSchema('schema', schema).id }, options)
    },
    sql: remoteSql(connection),
    sync: remoteSync(connection),
    storage: (options?: CallOptions) => connection.request('storage', {}, options),
    verify: (options?: VerifyOptions) => verify(connection, options),
    requestPersistence: (options?: CallOptions) =>
      connection.limited('requestPersistence', async () => (await askForPersistence?.()) ?? false, options),
    close,
    [Symbol.asyncDispose]: close,
  }
}

/** The node checks the form of an id. Throws INVALID_ARGUMENT. */
function schemaIdOf(schema: BoundSchema | string): string {
  return typeof schema === 'string' ? schema : checkSchema('schema', schema).id
}
