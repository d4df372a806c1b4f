import type { KnownSchema } from '../schemas/schema-registry.js'
import { type Sql, sql } from '../sql/sql.js'
import type { Names } from '../tables/names.js'
import { ViewsTable } from '../tables/views-table.js'
import type { WriteTransaction } from '../transaction/database.js'

/** Where rows of a schema's documents are written: nowhere while the schema rests. */
export type WrittenTables = (schema: KnownSchema) => ViewsTable | undefined

interface TablesRow {
  number: number
  has_table: boolean
  is_filling: boolean
  has_documents: boolean
}

/**
 * Finds out which tables a transaction writes to, before it adds any document. Another node on this database may have
 * made them, or have stored documents without. Those of a schema that has documents and no tables are not made: they
 * would lack these documents.
 */
export async function writtenTables(
  transaction: WriteTransaction,
  schemas: Iterable<KnownSchema>,
): Promise<WrittenTables> {
  const { names, ledger } = transaction
  const asked = new Map([...schemas].filter(({ hasTable }) => !hasTable).map((known) => [known.number, known]))
  for (const [number, { schema }] of ledger.newTables) asked.set(number, schema)
  const written = new Map<number, ViewsTable | undefined>()
  if (asked.size === 0) return ({ views }) => views
  const { rows } = await transaction.query<TablesRow>(
    sql`SELECT number, has_table,
       to_regclass(${`${names.schema.text}.`}::text || 'w' || number) IS NOT NULL AS is_filling,
       EXISTS (SELECT FROM ${names.table('documents')} AS d WHERE d.schema = s.number) AS has_documents
     FROM ${names.table('schemas')} AS s WHERE number = ANY(${[...asked.keys()]}::integer[])`,
  )
  const stored = new Map(rows.map((row) => [row.number, row]))
  for (const [number, known] of asked) {
    const { schema, views } = known
    const { has_table = false, is_filling = false, has_documents = false } = stored.get(number) ?? {}
    if (!has_table && has_documents) ledger.newTables.delete(number)
    if (has_table || ledger.newTables.has(number)) written.set(number, views)
    else {
      written.set(number, is_filling ? new ViewsTable(number, schema, true) : undefined)
      ledger.restingSchemas.push(known)
    }
  }
  return ({ number, views }) => (written.has(number) ? written.get(number) : views)
}

/**
 * Statements before a transaction changes rows of a schema's documents without adding any. What was filled so far goes,
 * and whoever fills it begins again.
 */
export function dropFilling(names: Names, known: KnownSchema): Sql[] {
  if (known.hasTable) return []
  const filling = new ViewsTable(known.number, known.schema, true)
  const tables = [...filling.groups.keys()].map((group) => filling.name(names, group))
  return [sql`DROP TABLE IF EXISTS ${sql.join(tables)}`]
}
