import { type Include, isListType, type Query } from '@rakko/core'
import { sql } from 'kysely'
import type { KnownSchema } from '../schemas/schema-registry.js'
import type { Names } from '../sql/names.js'
import type { Document, DocumentPage } from '../store.js'
import { compilePage } from './compile-page.js'
import { type Cells, decodeNestedRow, fieldCell, META_CELLS, META_COLUMNS } from './nested-row.js'
import { type Place, pageOf } from './page-of.js'
import type { Fragment, NamedDocuments } from './query-source.js'

/** PostgreSQL's functions take no more than 100 arguments. */
const MAX_ARGUMENTS = 90

/** How a level of the statement names a column of its views. */
type Reference = (column: string, group: number) => string

/** An included relation in SQL: joins that yield its JSON as `<alias>.page`, and how that is read. */
export interface CompiledInclude {
  readonly field: string
  readonly alias: string
  readonly joins: Fragment
  decode(json: unknown): DocumentPage
}

/**
 * Compiles the included relations of a query, on every level, to lateral joins. Each yields, for one parent, a JSON
 * array `[[row…], earlier, later, count]`; a row's cells stand in chunks, `[[cell…], [cell…]]`, see nested-row.ts.
 */
export class NestedQueries {
  readonly #names: Names
  readonly #schemas: ReadonlyMap<string, KnownSchema>
  #count = 0

  constructor(names: Names, schemas: ReadonlyMap<string, KnownSchema>) {
    this.#names = names
    this.#schemas = schemas
  }

  compile(schema: KnownSchema, { include = [] }: Query, reference: Reference): CompiledInclude[] {
    return include.map((one) => this.#include(schema, one, reference))
  }

  #include(schema: KnownSchema, { field, type, query }: Include, reference: Reference): CompiledInclude {
    const target = this.#schemas.get(query.schemaId)
    const relation = schema.views.columns.get(field)
    if (!target || !relation) throw new Error(`${field} is no relation to a schema that was looked up`)
    this.#count += 1
    const alias = `r${this.#count}`
    const parent = `p${this.#count}`
    const value = `${parent}.value`
    const list = isListType(type) ? `unnest(${value}) WITH ORDINALITY` : `(VALUES (${value}, 1::bigint))`
    const named: NamedDocuments = {
      list: sql.raw(`${list} AS list(id, position)`),
      isPinned: type === 'pinned_relation' || type === 'pinned_relation_list',
    }
    const isThere = named.isPinned ? target.hasPinned : target.hasTable
    const { select, decode } = isThere ? this.#select(target, query, named) : selectNothing(target, query)
    // The parent's column gets a name of its own, so that tables within may be named as those around them.
    const column = sql.raw(`(SELECT ${reference(relation.column, relation.group)} AS value) AS ${parent}`)
    const joins = sql`CROSS JOIN LATERAL ${column} CROSS JOIN LATERAL (${select}) AS ${sql.raw(alias)}`
    return { field, alias, joins, decode }
  }

  #select(schema: KnownSchema, query: Query, named: NamedDocuments): NestedSelect {
    const page = compilePage(this.#names, schema, query, {
      named,
      columns: (source) => [sql.raw([...META_COLUMNS, 'list.position', ...source.allColumns()].join(', '))],
    })
    const includes = this.compile(schema, query, (column) => `page.${column}`)
    const { views } = schema
    const authors = this.#names.table('authors')
    const joins = [
      `JOIN ${authors} AS owner ON owner.number = page.owner`,
      `JOIN ${authors} AS signer ON signer.number = page.signer`,
    ]
    const cells = [...META_CELLS]
    for (const { type, column } of views.columns.values()) cells.push(fieldCell(type, `page.${column}`))
    if (views.payloadField !== undefined) {
      cells.push('payload.operation')
      joins.push(`LEFT JOIN ${this.#names.table('entries')} AS payload ON payload.number = page.payload`)
    }
    for (const { alias } of includes) cells.push(`${alias}.page`)
    if (page.rank) cells.push(`page.${page.rank}::text`)

    const rows = sql`COALESCE(json_agg(${sql.raw(jsonArray(cells))} ORDER BY ${page.order}), '[]'::json)`
    const { earlier, later, count } = page.beside
    const select = sql`
      SELECT json_build_array(${rows}, ${earlier}, ${later}, ${count}::text) AS page
      FROM (${page.select}) AS page ${sql.raw(joins.join(' '))} ${joinAll(includes)}`
    return { select, decode: (json) => decodePage(schema, query, includes, named.isPinned, json) }
  }
}

export function joinAll(includes: readonly CompiledInclude[]): Fragment {
  return includes.length === 0
    ? sql``
    : sql.join(
        includes.map(({ joins }) => joins),
        sql` `,
      )
}

/** A document with what was included, as JSON in order of the includes. */
export function withRelated(document: Document, includes: readonly CompiledInclude[], json: Cells): Document {
  if (includes.length === 0) return document
  return { ...document, related: new Map(includes.map(({ field, decode }, index) => [field, decode(json[index])])) }
}

interface NestedSelect {
  readonly select: Fragment
  decode(json: unknown): DocumentPage
}

/** No document of the schema was ever stored. */
function selectNothing({ schema }: KnownSchema, query: Query): NestedSelect {
  const decode = (): DocumentPage => pageOf(schema, query, [], { earlier: false, later: false, count: 0n })
  return { select: sql`SELECT NULL::json AS page`, decode }
}

function jsonArray(cells: readonly string[]): string {
  const chunks: string[] = []
  for (let start = 0; start < cells.length; start += MAX_ARGUMENTS) {
    chunks.push(`json_build_array(${cells.slice(start, start + MAX_ARGUMENTS).join(', ')})`)
  }
  return `json_build_array(${chunks.join(', ')})`
}

function decodePage(
  schema: KnownSchema,
  query: Query,
  includes: readonly CompiledInclude[],
  isPinned: boolean,
  json: unknown,
): DocumentPage {
  const [rows, earlier, later, count] = json as readonly [
    readonly (readonly Cells[])[],
    boolean,
    boolean,
    string | null,
  ]
  const places: Place[] = []
  const documents = rows.map((chunks) => {
    const { document, position, related } = decodeNestedRow(schema, chunks.flat(), isPinned)
    // Behind what is included stands the relevance, where the order has it.
    places.push({ position, rank: Number(related[includes.length] ?? 0) })
    return withRelated(document, includes, related)
  })
  return pageOf(
    schema.schema,
    query,
    documents,
    { earlier, later, count: count === null ? null : BigInt(count) },
    places,
  )
}
