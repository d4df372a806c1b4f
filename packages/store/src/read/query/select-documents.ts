import type { KnownSchema } from '../../schemas/schema-registry.js'
import { querySql } from '../../sql/run-sql.js'
import { sql } from '../../sql/sql.js'
import type { Document } from '../../store.js'
import type { Names } from '../../tables/names.js'
import type { Database } from '../../transaction/database.js'
import { documentDecoder, metaCells, namedCells, OPERATION } from './document-decoder.js'
import type { Fragment } from './query-source.js'

/**
 * Documents of one schema in their latest views. `page` has their numbers as `document`, and the columns `order` that
 * sort them.
 */
export async function selectDocuments(
  database: Database,
  schema: KnownSchema,
  page: Fragment,
  order: Fragment,
): Promise<Document[]> {
  const { columns, joins } = documentColumns(database.names, schema)
  const { rows } = await querySql<Readonly<Record<string, unknown>>>(
    database.driver,
    sql`SELECT ${sql.raw(columns)} FROM (${page}) AS page ${sql.raw(joins)} ORDER BY ${order}`,
  )
  const decode = documentDecoder(schema, namedCells)
  return database.authorKeys.decoded(database, (keyOf) => rows.map((row) => decode(row, keyOf)))
}

/** What a `documentDecoder` reads, and the tables that have it, joined to `page.document`. */
export function documentColumns(names: Names, { views }: KnownSchema): { columns: string; joins: string } {
  const meta = Object.entries(metaCells('d')).map(([name, cell]) => `${cell} AS ${name}`)
  const columns = [...views.columns.values()].map(({ group, column }) => `v${group}.${column}`)
  const joins = [
    `JOIN ${names.table('documents')} AS d ON d.number = page.document`,
    ...views.groups.map(
      (_, group) => `LEFT JOIN ${views.name(names, group)} AS v${group} ON v${group}.document = page.document`,
    ),
  ]
  if (views.payloadField !== undefined) {
    columns.push(`payload.${OPERATION}`)
    joins.push(`LEFT JOIN ${names.table('entries')} AS payload ON payload.number = v0.payload`)
  }
  return { columns: [...meta, ...columns].join(', '), joins: joins.join(' ') }
}
