import { RakkoError } from '@rakko/core'
import type {
  Cancellation,
  LiveParams,
  Method,
  Methods,
  NextParams,
  NodeInfo,
  OpenParams,
  Request,
  RequestHandler,
  StorageReport,
  SubscriptionParams,
} from '@rakko/node/rpc'
import type { Connection } from '../calls/connection.js'
import { PortSubscriptions } from './port-subscriptions.js'
import { PortTurns } from './port-turns.js'
import { UnreadReplies } from './unread-replies.js'

/** What a served port may ask for only where `servePort` allows it. Everybody at it may read. */
export const RIGHTS = ['write', 'maintain', 'ingest', 'sql'] as const
export type Right = (typeof RIGHTS)[number]

/** What each method takes: a new one is not open to everybody because nobody thought of it. */
const NEEDED: { readonly [M in Method]: Right | 'read' } = {
  open: 'read',
  create: 'write',
  update: 'write',
  delete: 'write',
  batch: 'write',
  get: 'read',
  view: 'read',
  history: 'read',
  page: 'read',
  count: 'read',
  live: 'read',
  events: 'read',
  peers: 'read',
  connect: 'maintain',
  disconnect: 'maintain',
  wake: 'maintain',
  keyHeads: 'read',
  next: 'read',
  end: 'read',
  publish: 'write',
  ingest: 'ingest',
  nextArgs: 'read',
  sql: 'sql',
  forget: 'maintain',
  stateHash: 'read',
  storage: 'read',
  verify: 'maintain',
  close: 'read',
}

/** Methods whose `params` name the port, whatever number the other end chose. */
const TOLD_PORT: ReadonlySet<Method> = new Set(['live', 'create', 'update', 'delete', 'batch'])

/** Ports are numbered, so that a node can tell whose live queries and writes are whose. */
let lastPort = 0

/**
 * Passes one session's requests on to a node that others use too; how long one may take is the caller's to say. Its
 * subscriptions are its own: it reaches no other session's, and they end with it.
 */
export function relay(connection: Connection, rights: ReadonlySet<Right>): RequestHandler {
  lastPort += 1
  const port = lastPort
  const open = new PortSubscriptions(connection)
  const unread = new UnreadReplies(connection)
  const turns = new PortTurns(connection)
  let isEnded = false

  function pass<M extends Method>(method: M, params: Methods[M]['params'], cancellation: Cancellation) {
    return turns.run(method, params, cancellation, () =>
      connection.request(method, params, {
        signal: signalOf(cancellation),
        deadlineMs: Number.POSITIVE_INFINITY,
      }),
    )
  }
  async function subscribe<M extends 'live' | 'events' | 'peers'>(
    method: M,
    params: Methods[M]['params'],
    cancellation: Cancellation,
  ): Promise<SubscriptionParams> {
    const opened = await open.add(() => pass(method, params, cancellation))
    if (isEnded) await end()
    return opened
  }
  /** Schemas that the node lacks, indexes and the list of allowed schemas are the host's. */
  function opened({ schemas }: OpenParams, cancellation: Cancellation): Promise<NodeInfo> {
    if (schemas === undefined) return pass('open', {}, cancellation)
    return pass('open', { schemas: rights.has('maintain') ? schemas : { ...schemas, mustBeKnown: true } }, cancellation)
  }
  async function stored(cancellation: Cancellation): Promise<StorageReport> {
    const { directory, ...report } = await pass('storage', {}, cancellation)
    return directory !== undefined && rights.has('maintain') ? { ...report, directory } : report
  }
  async function end(): Promise<void> {
    isEnded = true
    unread.end()
    for (const subscription of open.takeAll()) connection.request('end', { subscription }).catch(() => undefined)
  }
  async function handle({ method, params: asked }: Request, cancellation: Cancellation): Promise<unknown> {
    if (method === 'close') return end()
    const params = TOLD_PORT.has(method) ? { ...asked, port } : asked
    const right = NEEDED[method]
    if (right !== 'read' && !rights.has(right)) throw notServed(right, method)
    if (method === 'open') return opened(params as OpenParams, cancellation)
    if (method === 'storage') return stored(cancellation)
    if (method === 'live') return subscribe(method, params as LiveParams, cancellation)
    if (method === 'events' || method === 'peers') return subscribe(method, {}, cancellation)
    if (method === 'next') return open.next(params as NextParams, (asked) => pass(method, asked, cancellation))
    if (method === 'end') open.end((params as SubscriptionParams).subscription)
    const room = unread.begin(method, cancellation)
    if (room) await room
    try {
      return await pass(method, params as never, cancellation)
    } catch (error) {
      unread.failed(method)
      throw error
    }
  }
  return Object.assign(handle, {
    end,
    receiptFor: ({ method }: Request, result: unknown) => unread.replied(method, result),
    read: (receipt: number) => unread.read(receipt),
  })
}

const REFUSALS = {
  write: ['WRITE_NOT_ALLOWED', 'The port is served for reading only'],
  maintain: ['MAINTAIN_NOT_ALLOWED', 'The port is served without maintenance'],
  ingest: ['INGEST_NOT_ALLOWED', 'The port is served without ingest'],
  sql: ['SQL_NOT_ALLOWED', 'The port is served without SQL'],
} as const

function notServed(right: Right, method: Method): RakkoError {
  const [code, message] = REFUSALS[right]
  return new RakkoError(code, `${message}: servePort(node, port, { ${right}: true }) allows ${method}`, {
    method,
    right,
  })
}

function signalOf(cancellation: Cancellation): AbortSignal {
  const controller = new AbortController()
  cancellation.onAbort(() => controller.abort())
  return controller.signal
}
