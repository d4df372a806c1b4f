import { type BoundSchema, type BoundSchemas, type DocumentViewId, type PublicKey, RakkoError } from '@rakko/core'
import { compactBytes, type NodeInfo, type OpenParams, type SchemaParams } from '@rakko/node/rpc'
import type { CallOptions } from './call-options.js'
import type { Channel } from './channel.js'
import { Connection, type Timers } from './connection.js'
import type { LockedSchemas, RakkoNode } from './rakko-node.js'
import { remoteCollection } from './remote-collection.js'

/** What a page can be asked that a worker cannot. */
export type AskForPersistence = () => Promise<boolean>

export interface ConnectOptions extends CallOptions {
  readonly channel: Channel
  readonly timers: Timers
  readonly open: Omit<OpenParams, 'schemas'>
  readonly schemas?: LockedSchemas | undefined
  readonly askForPersistence?: AskForPersistence
}

const connections = new WeakMap<RakkoNode, Connection>()

/** The way to the node behind `node`, for passing others' requests on. Throws INVALID_ARGUMENT. */
export function connectionOf(node: RakkoNode): Connection {
  const connection = connections.get(node)
  if (connection !== undefined) return connection
  const expected = 'a node that openNode returned'
  throw new RakkoError('INVALID_ARGUMENT', `Invalid node: expected ${expected}`, {
    field: 'node',
    expected,
    got: typeof node,
  })
}

/** Opens the session over a channel. Where that fails, nothing of it is left. */
export async function connect(options: ConnectOptions): Promise<RakkoNode> {
  const { channel, timers, open, schemas, askForPersistence, deadlineMs, ...call } = options
  try {
    const connection = new Connection(channel, timers, deadlineMs)
    const info = await connection.request('open', { ...open, ...(schemas && { schemas: schemaParams(schemas) }) }, call)
    const node = remoteNode(connection, info, askForPersistence)
    connections.set(node, connection)
    return node
  } catch (error) {
    await channel.close()
    throw error
  }
}

function remoteNode(
  connection: Connection,
  info: NodeInfo,
  askForPersistence: AskForPersistence | undefined,
): RakkoNode {
  const close = (): Promise<void> => connection.close()
  return {
    publicKey: info.publicKey,
    databaseId: info.databaseId,
    collection: <S extends BoundSchema>(schema: S) => remoteCollection(connection, schema),
    async publish(entry: Uint8Array, operation: Uint8Array, options?: CallOptions) {
      const params = { entry: checkBytes('entry', entry), operation: checkBytes('operation', operation) }
      return connection.request('publish', params, options)
    },
    nextArgs(publicKey: PublicKey, viewId?: DocumentViewId, options?: CallOptions) {
      return connection.request('nextArgs', { publicKey, ...(viewId !== undefined && { viewId }) }, options)
    },
    storage: (options?: CallOptions) => connection.request('storage', {}, options),
    requestPersistence: (options?: CallOptions) =>
      connection.limited('requestPersistence', async () => (await askForPersistence?.()) ?? false, options),
    close,
    [Symbol.asyncDispose]: close,
  }
}

/** The lock, and what the app's definitions say that it defines. */
function schemaParams(schemas: LockedSchemas): SchemaParams {
  const { $lock, ...bound } = schemas as BoundSchemas
  const expected = Object.values<BoundSchema>(bound).map(({ id, fields, indexes }) => {
    const types = Object.entries(fields).map(([name, { type }]) => [name, type === 'bigint' ? 'int' : type])
    return { id, fields: Object.fromEntries(types) as Record<string, string>, ...(indexes && { indexes }) }
  })
  return { lock: $lock, expected }
}

function checkBytes(field: string, value: unknown): Uint8Array {
  if (value instanceof Uint8Array) return compactBytes(value)
  const expected = 'a Uint8Array'
  const got = value === null ? 'null' : typeof value
  throw new RakkoError('INVALID_ARGUMENT', `Invalid ${field}: expected ${expected}, got ${got}`, {
    field,
    expected,
    got,
  })
}
