import type { DocumentId } from '@rakko/core'
import { type Kysely, sql } from 'kysely'
import { selectDocuments } from '../query/select-documents.js'
import type { SchemaRegistry } from '../schemas/schema-registry.js'
import { hexArray } from '../sql/column.js'
import type { Names } from '../sql/names.js'
import type { Document } from '../store.js'

/** Latest views in order of the ids: one statement to learn their schemas, and one for each of these. */
export async function readDocuments(
  database: Kysely<unknown>,
  names: Names,
  registry: SchemaRegistry,
  ids: readonly DocumentId[],
  refresh: () => Promise<void>,
): Promise<(Document | undefined)[]> {
  const { rows } = await sql<{ id: Uint8Array; number: bigint; schema: number }>`
    SELECT d.id, d.number, d.schema
    FROM ${sql.raw(names.table('entries'))} AS e JOIN ${sql.raw(names.table('documents'))} AS d ON d.number = e.number
    WHERE e.hash = ANY(${hexArray(new Set(ids))}::bytea[])`.execute(database)
  // Another node on this database may have met the schema.
  if (rows.some(({ schema }) => !registry.at(schema)?.hasTable)) await refresh()
  const numbers = new Map<number, bigint[]>()
  for (const { schema, number } of rows) {
    const ofSchema = numbers.get(schema) ?? []
    ofSchema.push(number)
    numbers.set(schema, ofSchema)
  }

  const documents = new Map<DocumentId, Document>()
  for (const [schemaNumber, ofSchema] of numbers) {
    const schema = registry.at(schemaNumber)
    if (!schema) continue
    const page = sql`SELECT unnest(${ofSchema}::bigint[]) AS document`
    for (const document of await selectDocuments(database, names, schema, page, sql`page.document`)) {
      documents.set(document.id, document)
    }
  }
  return ids.map((id) => documents.get(id))
}
