import type { FilterValue, OrderKey, Query } from '@rakko/core'
import { queryFieldType, type Schema } from '@rakko/core'
import { type Kysely, sql } from 'kysely'
import type { KnownSchema } from '../schemas/schema-registry.js'
import type { Names } from '../sql/names.js'
import type { Document, DocumentPage } from '../store.js'
import { compileFilter, mentions } from './compile-filter.js'
import { compileAfter, compileOrder, valueWhereDeleted } from './compile-order.js'
import { QuerySource } from './query-source.js'
import { selectDocuments } from './select-documents.js'

/**
 * One statement: the numbers of the page's documents are found and sorted first, so that only these are joined and
 * read whole. Deleted documents are among them only where the filter mentions `$deleted`.
 */
export async function runQuery(
  database: Kysely<unknown>,
  names: Names,
  schema: KnownSchema,
  query: Query,
): Promise<DocumentPage> {
  const source = querySource(names, schema, query)
  const keys = compileOrder(query.order, source)
  const conditions = [compileFilter(query.filter, source)]
  if (query.after) conditions.push(compileAfter(keys, query.after))
  const { from, number, where } = source.from()

  const selected = sql.join(keys.map((key, index) => sql`${key.sql} AS ${sql.raw(`k${index}`)}`))
  const order = (columns: readonly unknown[]) =>
    sql.join(keys.map(({ isDescending }, index) => sql`${columns[index]} ${isDescending ? sql`DESC` : sql`ASC`}`))
  const page = sql`
    SELECT ${number} AS document, ${selected} FROM ${from}
    WHERE ${sql.join([...where, ...conditions], sql` AND `)}
    ORDER BY ${order(keys.map((_, index) => sql.raw(`k${index}`)))}
    LIMIT ${query.first + 1}::bigint`
  const outerOrder = order(keys.map((_, index) => sql.raw(`page.k${index}`)))
  const documents = await selectDocuments(database, names, schema, page, outerOrder)

  const hasNextPage = documents.length > query.first
  if (hasNextPage) documents.pop()
  const last = documents.at(-1)
  return {
    documents,
    hasNextPage,
    ...(last && { end: query.order.map((key) => keyValue(schema.schema, last, key)) }),
  }
}

/** How many documents the filter lets through; order and page do not matter. */
export async function runCount(
  database: Kysely<unknown>,
  names: Names,
  schema: KnownSchema,
  query: Query,
): Promise<number> {
  const source = querySource(names, schema, query)
  const filter = compileFilter(query.filter, source)
  const { from, where } = source.from()
  const condition = sql.join([...where, filter], sql` AND `)
  const { rows } = await sql<{ count: bigint }>`SELECT count(*) FROM ${from} WHERE ${condition}`.execute(database)
  return Number(rows[0]?.count ?? 0n)
}

function querySource(names: Names, schema: KnownSchema, { filter, order }: Query): QuerySource {
  return new QuerySource(names, schema, {
    isOrderedById: order[0]?.field === '$id',
    includesDeleted: mentions(filter, '$deleted'),
  })
}

/** What the document was sorted by. */
function keyValue(schema: Schema, document: Document, { field }: OrderKey): FilterValue {
  switch (field) {
    case '$id':
      return document.id
    case '$viewId':
      return document.viewId
    case '$owner':
      return document.owner
    case '$signer':
      return document.signer
    case '$edited':
      return document.edited
    case '$deleted':
      return document.deleted
    default: {
      const value = document.fields.get(field)
      if (!value) return valueWhereDeleted(queryFieldType(schema, field, 'orderBy'))
      if (value.type !== 'relation_list' && value.type !== 'pinned_relation_list') return value.value
      throw new Error('lists have no order')
    }
  }
}
