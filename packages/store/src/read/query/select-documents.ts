import type { KnownSchema } from '../../schemas/schema-registry.js'
import { type Sql, sql } from '../../sql/sql.js'
import type { Document } from '../../store.js'
import type { Names } from '../../tables/names.js'
import { groupAlias } from '../../tables/views-table.js'
import type { Database } from '../../transaction/database.js'
import { documentDecoder, metaCells } from './document-decoder.js'
import { namedCells, OPERATION } from './fields-decoder.js'
import { LargeDocuments } from './large-documents.js'
import { Reading } from './reading.js'

/**
 * Documents of one schema in their latest views. `page` has their numbers as `document`, and the columns `order` that
 * sort them.
 */
export async function selectDocuments(
  database: Database,
  schema: KnownSchema,
  page: Sql,
  order: Sql,
): Promise<Document[]> {
  const { columns, joins } = documentColumns(database.names, schema)
  const { rows } = await database.query<Readonly<Record<string, unknown>>>(
    sql`SELECT ${columns} FROM (${page}) AS page ${joins} ORDER BY ${order}`,
  )
  const decode = documentDecoder(schema, namedCells, { rests: !schema.hasTable })
  return database.authorKeys.decoded(database, (keyOf) => {
    const reading = new Reading(keyOf, new LargeDocuments())
    return rows.map((row) => decode(row, reading))
  })
}

const DOCUMENT_CELLS = Object.entries(metaCells(sql`d`)).map(([name, cell]) => sql`${cell} AS ${sql.id(name)}`)

/** What a `documentDecoder` reads, and the tables that have it, joined to `page.document`. */
export function documentColumns(names: Names, { views, hasTable }: KnownSchema): { columns: Sql; joins: Sql } {
  if (!hasTable) return withoutFields(names)
  const columns = [...DOCUMENT_CELLS, ...[...views.columns.values()].map(({ cell }) => cell)]
  const joins = [
    sql`JOIN ${names.table('documents')} AS d ON d.number = page.document`,
    ...views.groups.map((_, group) => {
      const alias = groupAlias(group)
      return sql`LEFT JOIN ${views.name(names, group)} AS ${alias} ON ${alias}.document = page.document`
    }),
  ]
  if (views.payloadField !== undefined) {
    columns.push(sql`payload.${sql.id(OPERATION)}`)
    joins.push(sql`LEFT JOIN ${names.table('entries')} AS payload ON payload.number = v0.payload`)
  }
  return { columns: sql.join(columns), joins: sql.join(joins, ' ') }
}

/** Of a schema that rests. */
function withoutFields(names: Names): { columns: Sql; joins: Sql } {
  return {
    columns: sql.join(DOCUMENT_CELLS),
    joins: sql`JOIN ${names.table('documents')} AS d ON d.number = page.document`,
  }
}
