import { parseDocumentViewId, parsePublicKey } from '@rakko/core'
import { checkIdempotencyId, purgePolicy } from '@rakko/store'
import type { Node } from '../node.js'
import { type Intent, type IntentOutcome, MAX_IDEMPOTENCY_ID_CHARS } from '../sign/intent.js'
import type { Cancellation } from './cancellation.js'
import { invalidMessage } from './check-message.js'
import { errorToData } from './error-data.js'
import { checkIngest, outcomeToData } from './ingest-data.js'
import type { CreateParams, Method, Methods, NodeInfo, OpenParams, Request } from './messages.js'
import type { RequestHandler } from './serve.js'
import { eventSource, liveSource, peerSource } from './source.js'
import { Subscriptions } from './subscriptions.js'
import { wireOperation, wirePage, wireRow } from './wire-row.js'

type Handlers = {
  readonly [M in Method]: (params: Methods[M]['params'], signal: Cancellation) => Promise<Methods[M]['result']>
}

interface Opened {
  readonly node: Node
  readonly handlers: Handlers
}

/** Serves a node that was opened already. `close` ends nothing here: the node belongs to whoever opened it. */
export function nodeHandler(node: Node): RequestHandler {
  const subscriptions = new Subscriptions()
  const handlers = handlersOf(node, subscriptions)
  const handle = (request: Request, cancellation: Cancellation) => respond(handlers, request, cancellation)
  return Object.assign(handle, { end: async () => subscriptions.endAll() })
}

/**
 * Serves a node that the session itself opens, by its first call, and closes. Opening that failed can be tried again;
 * an open after one that succeeded only adds its schemas, as those do that others pass on through the session. A
 * session that ends while its node opens, since nobody waits for it any more, closes it as soon as it is open.
 */
export function openingHandler(open: (params: OpenParams) => Promise<Node>): RequestHandler {
  const subscriptions = new Subscriptions()
  let opening: Promise<Opened> | undefined
  async function openNode(params: OpenParams): Promise<Opened> {
    // Opening takes its time: what the node would refuse after it is refused before.
    const node = await open({ ...params, purge: purgePolicy(params.purge) })
    return { node, handlers: handlersOf(node, subscriptions) }
  }
  function openFirst(params: OpenParams): Promise<Opened> {
    const first = openNode(params)
    opening = first
    first.catch(() => {
      opening = undefined
    })
    return first
  }
  async function close(): Promise<void> {
    subscriptions.endAll()
    await (await opening?.catch(() => undefined))?.node.close()
  }
  async function handle(request: Request, cancellation: Cancellation): Promise<unknown> {
    if (request.method === 'close') return close()
    if (opening !== undefined) return respond((await opening).handlers, request, cancellation)
    if (request.method === 'open') return infoOf((await openFirst((request as Request<'open'>).params)).node)
    throw invalidMessage('method', 'open before any other call', request.method)
  }
  // Where closing fails, whoever asked for it was told.
  return Object.assign(handle, { end: () => close().catch(() => undefined) })
}

function respond<M extends Method>(handlers: Handlers, { method, params }: Request<M>, signal: Cancellation) {
  return handlers[method](params, signal)
}

function handlersOf(node: Node, subscriptions: Subscriptions): Handlers {
  return {
    async open({ schemas }) {
      if (schemas !== undefined) await node.addSchemas(schemas)
      return infoOf(node)
    },
    async create(params, signal) {
      const outcomes = await node.write(createIntents(params), { signal, port: params.port })
      return outcomes.map((outcome) =>
        outcome.status === 'published' ? outcome.documentId : errorToData(outcome.error),
      )
    },
    async update({ schemaId, changes, port }, signal) {
      const intents = changes.map(({ documentId, previous, fields }): Intent => {
        return { action: 'update', schemaId, documentId, fields, previous }
      })
      return (await node.write(intents, { signal, port })).map(viewOf)
    },
    async delete({ schemaId, changes, port }, signal) {
      const intents = changes.map(({ documentId, previous }): Intent => {
        return { action: 'delete', schemaId, documentId, previous }
      })
      return (await node.write(intents, { signal, port })).map(viewOf)
    },
    batch: ({ port, ...batch }, signal) => node.writeBatch(batch, { signal, port }),
    async get({ schemaId, documentId }) {
      const document = await node.document(schemaId, documentId)
      return document && wireRow(document)
    },
    async view({ schemaId, viewId }) {
      const document = await node.view(schemaId, viewId)
      return document && wireRow(document)
    },
    async history({ schemaId, documentId }) {
      const history = await node.history(schemaId, documentId)
      return history?.operations.map(wireOperation)
    },
    async page({ schemaId, query }) {
      const page = await node.page(schemaId, query)
      return wirePage(page, page.query)
    },
    count: ({ schemaId, query }) => node.count(schemaId, query),
    live: ({ schemaId, query, port }, signal) =>
      subscriptions.add(() => liveSource(node, schemaId, query, port), signal),
    events: (_params, signal) => subscriptions.add(() => eventSource(node), signal),
    peers: (_params, signal) => subscriptions.add(() => peerSource(node), signal),
    async connect({ address, port }) {
      if (port === undefined) await node.connect(address)
      else node.sync.addPort(address, port)
      return undefined
    },
    async disconnect({ address }) {
      await node.disconnect(address)
      return undefined
    },
    async wake() {
      node.sync.wake()
      return undefined
    },
    keyHeads: async ({ publicKey }) => node.sync.heads(parsePublicKey(publicKey)),
    next: (params, signal) => subscriptions.next(params, signal),
    async end(params) {
      subscriptions.end(params)
      return undefined
    },
    publish: ({ entry, operation }) => node.publish(entry, operation),
    ingest: async ({ items }) => (await node.ingest(checkIngest(items))).map(outcomeToData),
    async nextArgs({ publicKey, viewId }) {
      return node.nextArgs(parsePublicKey(publicKey), viewId === undefined ? undefined : parseDocumentViewId(viewId))
    },
    async forget(target) {
      await node.forget(target)
      return undefined
    },
    stateHash: ({ schemaId }) => node.stateHash(schemaId),
    sql: ({ text, params }) => node.sql(text, params),
    storage: () => node.storage(),
    verify: () => node.verify(),
    async close() {
      subscriptions.endAll()
      return undefined
    },
  }
}

function infoOf({ publicKey, databaseId }: Node): NodeInfo {
  return { publicKey, databaseId }
}

function createIntents({ schemaId, items, idempotencyId }: CreateParams): Intent[] {
  if (idempotencyId !== undefined) checkIdempotencyId(idempotencyId, MAX_IDEMPOTENCY_ID_CHARS)
  // `map` would leave the holes of a sparse array as holes.
  return Array.from(items, (fields, idempotencyItem) => {
    return {
      action: 'create',
      schemaId,
      fields,
      ...(idempotencyId !== undefined && { idempotencyId, idempotencyItem }),
    }
  })
}

function viewOf(outcome: IntentOutcome) {
  return outcome.status === 'published' ? outcome.viewId : errorToData(outcome.error)
}
