import {
  type BoundSchema,
  type DocumentId,
  type DocumentViewId,
  type IncludeInput,
  type IncludeOf,
  RakkoError,
  type Row,
  type RowPage,
  type Where,
} from '@rakko/core'
import { type Change, type ErrorData, errorFromData } from '@rakko/node/rpc'
import { checkId, checkNoMore, checkOptions, invalidArgument } from '../arguments/arguments.js'
import type { CallOptions } from '../arguments/call-options.js'
import { copyMember, plainCopy } from '../arguments/plain-copy.js'
import { readList } from '../arguments/read-members.js'
import { wireFields } from '../arguments/wire-fields.js'
import type { Connection } from '../calls/connection.js'
import type { Write } from '../calls/gathered-writes.js'
import type {
  ChangeOptions,
  Collection,
  CreateOptions,
  CreateOutcome,
  FindOptions,
  IncludeOptions,
  LiveIncludeQuery,
  LiveQuery,
} from './collection.js'
import type { LiveObserver, LiveOptions } from './live.js'
import { subscribeToRows } from './live-subscription.js'
import { operationOf, pageOf, rowOf } from './row-of.js'

export function remoteCollection<S extends BoundSchema>(connection: Connection, schema: S): Collection<S> {
  const schemaId = schema.id

  async function createMany(items: readonly unknown[], idempotencyId: unknown, options: CallOptions) {
    const params = {
      schemaId,
      items: items.map((fields, i) => wireFields(fields, `items[${i}]`)),
      idempotencyId: copyMember('options', 'idempotencyId', idempotencyId) as string | undefined,
    }
    const outcomes = await connection.request('create', params, options)
    return outcomes.map(createOutcome)
  }

  /** A change that has no signal and no deadline of its own. */
  function changed<M extends 'update' | 'delete'>(method: M, change: Write<M>): Promise<DocumentViewId> {
    return connection.write(method, schemaId, change) as Promise<DocumentViewId>
  }

  async function page(options?: FindOptions<S> | IncludeOptions<S, IncludeOf<S>>): Promise<RowPage<never>> {
    const { query, call } = queryOf(options)
    const found = await connection.request('page', { schemaId, query }, call)
    // What the caller included is the caller's to know.
    return pageOf(found, (row) => rowOf(schema, row) as never)
  }

  return {
    async create(fields, options?: CreateOptions) {
      const { idempotencyId, ...call } = checkOptions(options)
      if (idempotencyId === undefined && isPlain(call)) {
        return (await connection.write('create', schemaId, wireFields(fields))) as DocumentId
      }
      const [outcome] = await createMany([fields], idempotencyId, call)
      if (outcome?.status === 'created') return outcome.id
      throw outcome?.error ?? new RakkoError('INTERNAL', 'The node gave no outcome')
    },
    async createMany(items, options?: CreateOptions) {
      const { idempotencyId, ...call } = checkOptions(options)
      const given = readList('items', items)
      if (given === undefined) throw invalidArgument('items', 'an array of field values', items)
      return createMany(given, idempotencyId, call)
    },
    async update(id, fields, options) {
      const { change, call } = changeOf(id, options)
      const update = { ...change, fields: wireFields(fields) }
      if (isPlain(call)) return await changed('update', update)
      return viewOf(await connection.request('update', { schemaId, changes: [update] }, call))
    },
    async delete(id, options) {
      const { change, call } = changeOf(id, options)
      if (isPlain(call)) return await changed('delete', change)
      return viewOf(await connection.request('delete', { schemaId, changes: [change] }, call))
    },
    async get(id, options) {
      const row = await connection.request('get', { schemaId, documentId: checkDocumentId(id) }, options)
      return row && (rowOf(schema, row) as Row<S>)
    },
    async view(viewId, options) {
      const row = await connection.request('view', { schemaId, viewId: checkViewId('viewId', viewId) }, options)
      return row && (rowOf(schema, row) as Row<S>)
    },
    async history(id, options) {
      const operations = await connection.request('history', { schemaId, documentId: checkDocumentId(id) }, options)
      return operations?.map((operation) => operationOf(schema, operation))
    },
    find: async (options?: FindOptions<S> | IncludeOptions<S, IncludeOf<S>>) => (await page(options)).rows,
    page,
    live: (
      options: LiveQuery<S> | LiveIncludeQuery<S, IncludeOf<S>>,
      observer: LiveObserver<never> | LiveObserver<never>['next'],
      limits?: LiveOptions,
    ) => {
      const { query, call } = queryOf(options)
      checkNoMore(call)
      return subscribeToRows(connection, { schemaId, query }, (row) => rowOf(schema, row) as never, observer, limits)
    },
    async count(options?: Pick<FindOptions<S>, 'where'> & CallOptions) {
      const { where, ...call } = checkOptions(options)
      return connection.request(
        'count',
        { schemaId, query: plainCopy('options', optional({ where: where as Where })) },
        call,
      )
    },
  }
}

/** What the node is asked, and how long the caller waits for it. */
function queryOf<S extends BoundSchema>(options: FindOptions<S> | IncludeOptions<S, IncludeOf<S>> | undefined) {
  const { where, orderBy, first, last, after, before, count, include, ...call } = checkOptions(options)
  const members = {
    where: where as Where,
    orderBy,
    first,
    last,
    after,
    before,
    count,
    include: include as IncludeInput,
  }
  return { query: plainCopy('options', optional(members)), call }
}

/** The members that are there. */
function optional<Members extends object>(
  members: Members,
): { [Name in keyof Members]?: Exclude<Members[Name], undefined> } {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined)) as {
    [Name in keyof Members]?: Exclude<Members[Name], undefined>
  }
}

function createOutcome(outcome: DocumentId | ErrorData): CreateOutcome {
  return typeof outcome === 'string'
    ? { status: 'created', id: outcome }
    : { status: 'refused', error: errorFromData(outcome) }
}

const NO_OPTIONS: CallOptions = {}

/** What a change is about, and the options of its call. */
function changeOf(id: unknown, options: ChangeOptions | undefined): { change: Change; call: CallOptions } {
  if (options === undefined) return { change: { documentId: checkDocumentId(id) }, call: NO_OPTIONS }
  const { previous, ...call } = checkOptions(options)
  const change = { documentId: checkDocumentId(id) }
  if (previous === undefined) return { change, call }
  return { change: { ...change, previous: checkViewId('previous', previous) }, call }
}

/** A call that ends as all do: it may share its message with others. */
function isPlain(call: CallOptions): boolean {
  return call === NO_OPTIONS || Object.values(call).every((limit) => limit === undefined)
}

function viewOf([outcome]: readonly (DocumentViewId | ErrorData)[]): DocumentViewId {
  if (typeof outcome === 'string') return outcome
  throw errorFromData(outcome)
}

function checkDocumentId(id: unknown): string {
  return checkId('id', 'a document id', id)
}

function checkViewId(field: 'viewId' | 'previous', id: unknown): string {
  return checkId(field, 'a document view id', id)
}
