import { type BoundSchema, type CreateFields, type DocumentId, type DocumentViewId, isPlainObject } from '@rakko/core'
import { type BatchWrite, MAX_BATCH_WRITES } from '@rakko/node/rpc'
import { checkId, checkNoMore, checkOptions, invalidArgument, isObject } from '../arguments/arguments.js'
import type { CallOptions } from '../arguments/call-options.js'
import { checkSchema } from '../arguments/check-schema.js'
import { copyMember } from '../arguments/plain-copy.js'
import { readable, readList, readMembers } from '../arguments/read-members.js'
import { wireFields } from '../arguments/wire-fields.js'
import type { Connection } from '../calls/connection.js'
import type { CreateOptions } from './collection.js'

/**
 * A document that a batch creates: it has no id until it is signed, and may stand for one in what the batch writes
 * after it.
 */
export interface NewDocument {
  /** Place of the write that creates it, and of its ids in what the batch resolves to. */
  readonly index: number
}

/** Collects the writes of one batch, in their order. */
export interface BatchWriter {
  create<S extends BoundSchema>(schema: S, fields: BatchFields<S>): NewDocument
  /** A stored document can be changed once in a batch, one that the batch creates as often as you like. */
  update<S extends BoundSchema>(
    schema: S,
    document: string | NewDocument,
    fields: Partial<BatchFields<S>>,
    options?: BatchChangeOptions,
  ): void
  delete<S extends BoundSchema>(schema: S, document: string | NewDocument, options?: BatchChangeOptions): void
}

export interface BatchChangeOptions {
  /** The view that the change follows; without it the current one. */
  readonly previous?: string | undefined
}

/** What creating takes; where an id of a document is taken, a document of the batch as well. */
export type BatchFields<S extends BoundSchema> = {
  readonly [Name in keyof S['fields']]: BatchValue<S['fields'][Name]['type'], CreateFields<S>[Name]>
}

type BatchValue<Type, Value> = Type extends 'relation' | 'pinned_relation'
  ? Value | NewDocument
  : Type extends 'relation_list' | 'pinned_relation_list'
    ? readonly (string | NewDocument)[]
    : Value

/** What one write of a batch led to. */
export interface BatchedWrite {
  readonly id: DocumentId
  readonly viewId: DocumentViewId
}

export async function batch(
  connection: Connection,
  work: (write: BatchWriter) => void,
  options?: CreateOptions,
): Promise<BatchedWrite[]> {
  const { idempotencyId, ...call } = checkOptions(options)
  const writes = collect(work)
  if (writes.length > MAX_BATCH_WRITES) {
    throw invalidArgument('writes', `at most ${MAX_BATCH_WRITES} writes a batch`, writes.length)
  }
  const params = {
    writes,
    idempotencyId: copyMember('options', 'idempotencyId', idempotencyId) as string | undefined,
  }
  const results = await connection.request('batch', params, call as CallOptions)
  return results.map(({ documentId, viewId }) => ({ id: documentId, viewId }))
}

/** The writes that `work` makes. What it throws is thrown, and nothing is written then. */
function collect(work: (write: BatchWriter) => void): readonly BatchWrite[] {
  if (typeof work !== 'function') throw invalidArgument('work', 'a function that writes', work)
  const writes: BatchWrite[] = []
  const places = new WeakMap<object, number>()
  let isOver = false
  const add = (write: BatchWrite): void => {
    if (isOver) throw invalidArgument('write', 'writes before the function has returned', 'one after it')
    writes.push(write)
  }
  const placeOf = (value: unknown): unknown => {
    const place = isObject(value) ? places.get(value) : undefined
    return place === undefined ? value : { create: place }
  }
  const fieldsOf = (fields: unknown) => {
    if (!readable('fields', () => isPlainObject(fields))) return wireFields(fields)
    const resolved = Object.entries(readMembers('fields', '', fields as object)).map(([name, value]) => [
      name,
      readList(name, value)?.map(placeOf) ?? placeOf(value),
    ])
    return wireFields(Object.fromEntries(resolved))
  }
  const changeOf = (schema: BoundSchema, document: unknown, options: BatchChangeOptions | undefined) => {
    const { previous, ...more } = checkOptions(options)
    checkNoMore(more)
    const place = isObject(document) ? places.get(document) : undefined
    const id = place === undefined ? checkId('document', 'a document id, or a document of this batch', document) : ''
    return {
      schemaId: checkSchema('schema', schema).id,
      document: place === undefined ? id : { create: place },
      ...(previous !== undefined && { previous: checkId('previous', 'a document view id', previous) }),
    }
  }
  const returned: unknown = work({
    create(schema, fields) {
      const document: NewDocument = Object.freeze({ index: writes.length })
      add({ action: 'create', schemaId: checkSchema('schema', schema).id, fields: fieldsOf(fields) })
      places.set(document, document.index)
      return document
    },
    update(schema, document, fields, options) {
      add({ action: 'update', ...changeOf(schema, document, options), fields: fieldsOf(fields) })
    },
    delete(schema, document, options) {
      add({ action: 'delete', ...changeOf(schema, document, options) })
    },
  })
  isOver = true
  // What is thenable, since an async function of another window, or a compiled one, returns another Promise.
  if (isObject(returned) && readable('work', () => typeof returned.then === 'function')) {
    Promise.resolve(returned).catch(() => undefined)
    throw invalidArgument('work', 'a function that is not async: what it wrote after an await would be lost', returned)
  }
  return writes
}
