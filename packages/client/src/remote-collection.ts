import {
  type BoundSchema,
  type DocumentId,
  type IncludeInput,
  type IncludeOf,
  RakkoError,
  type Row,
  type RowPage,
  type Where,
} from '@rakko/core'
import { compactBytes, type ErrorData, errorFromData, type WireFields } from '@rakko/node/rpc'
import type { CallOptions } from './call-options.js'
import type {
  ChangeOptions,
  Collection,
  CreateOptions,
  CreateOutcome,
  FindOptions,
  IncludeOptions,
} from './collection.js'
import type { Connection } from './connection.js'
import { invalidArgument } from './open-node-options.js'
import { operationOf, pageOf, rowOf } from './row-of.js'

export function remoteCollection<S extends BoundSchema>(connection: Connection, schema: S): Collection<S> {
  const schemaId = schema.id
  const bytesFields = Object.keys(schema.fields).filter((name) => schema.fields[name]?.type === 'bytes')
  const toWire = (fields: unknown): WireFields => compactFields(fields, bytesFields)

  async function createMany(items: readonly unknown[], idempotencyId: string | undefined, options: CallOptions) {
    const params = { schemaId, items: Array.from(items, toWire), ...optional({ idempotencyId }) }
    const outcomes = await connection.request('create', params, options)
    return outcomes.map(createOutcome)
  }

  async function page(options: FindOptions<S> | IncludeOptions<S, IncludeOf<S>> = {}): Promise<RowPage<never>> {
    const { where, orderBy, first, last, after, before, count, include, ...call } = options
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
    const found = await connection.request('page', { schemaId, query: optional(members) }, call)
    // What the caller included is the caller's to know.
    return pageOf(found, (row) => rowOf(schema, row) as never)
  }

  return {
    async create(fields, { idempotencyId, ...options }: CreateOptions = {}) {
      const [outcome] = await createMany([fields], idempotencyId, options)
      if (outcome?.status === 'created') return outcome.id
      throw outcome?.error ?? new RakkoError('INTERNAL', 'The node gave no outcome')
    },
    async createMany(items, { idempotencyId, ...options }: CreateOptions = {}) {
      if (!Array.isArray(items)) throw invalidArgument('items', 'an array of field values', items)
      return createMany(items, idempotencyId, options)
    },
    async update(id, fields, { previous, ...options }: ChangeOptions = {}) {
      const documentId = checkId(id)
      return connection.request(
        'update',
        { schemaId, documentId, fields: toWire(fields), ...optional({ previous }) },
        options,
      )
    },
    async delete(id, { previous, ...options }: ChangeOptions = {}) {
      return connection.request('delete', { schemaId, documentId: checkId(id), ...optional({ previous }) }, options)
    },
    async get(id, options) {
      const row = await connection.request('get', { schemaId, documentId: checkId(id) }, options)
      return row && (rowOf(schema, row) as Row<S>)
    },
    async view(viewId, options) {
      const row = await connection.request('view', { schemaId, viewId: checkId(viewId, 'viewId') }, options)
      return row && (rowOf(schema, row) as Row<S>)
    },
    async history(id, options) {
      const operations = await connection.request('history', { schemaId, documentId: checkId(id) }, options)
      return operations?.map((operation) => operationOf(schema, operation))
    },
    find: async (options?: FindOptions<S> | IncludeOptions<S, IncludeOf<S>>) => (await page(options)).rows,
    page,
    async count({ where, ...options }: Pick<FindOptions<S>, 'where'> & CallOptions = {}) {
      return connection.request('count', { schemaId, query: optional({ where: where as Where }) }, options)
    },
  }
}

/** The members that are there. */
function optional<Members extends object>(
  members: Members,
): { [Name in keyof Members]?: Exclude<Members[Name], undefined> } {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined)) as {
    [Name in keyof Members]?: Exclude<Members[Name], undefined>
  }
}

/** Bytes that are a part of a larger buffer are copied out, so that a message does not carry all of it. */
function compactFields(fields: unknown, bytesFields: readonly string[]): WireFields {
  const given = fields as WireFields
  if (bytesFields.length === 0 || typeof fields !== 'object' || fields === null) return given
  const compacted: Record<string, unknown> = { ...given }
  for (const name of bytesFields) {
    const value = compacted[name]
    if (value instanceof Uint8Array) compacted[name] = compactBytes(value)
  }
  return compacted
}

function createOutcome(outcome: DocumentId | ErrorData): CreateOutcome {
  return typeof outcome === 'string'
    ? { status: 'created', id: outcome }
    : { status: 'refused', error: errorFromData(outcome) }
}

function checkId(id: unknown, field: 'id' | 'viewId' = 'id'): string {
  if (typeof id === 'string') return id
  throw invalidArgument(field, field === 'id' ? 'a document id' : 'a document view id', id)
}
