import { type DocumentId, RakkoError } from '@rakko/core'
import type { KnownSchema } from '../schemas/schema-registry.js'
import { hexArray } from '../sql/column.js'
import { sql } from '../sql/sql.js'
import type { Document } from '../store.js'
import type { Database } from '../transaction/database.js'
import { selectDocuments } from './query/select-documents.js'

/**
 * Latest views in order of the ids: one statement to learn their schemas, and one for each schema. Schemas that rest get
 * their tables first. With `asTheyAre` they do not, and living documents of theirs have no fields.
 */
export async function readDocuments(
  database: Database,
  ids: readonly DocumentId[],
  { asTheyAre = false }: { readonly asTheyAre?: boolean } = {},
): Promise<(Document | undefined)[]> {
  const { names } = database
  const { rows } = await database.query<{ id: Uint8Array; number: bigint; schema: number }>(
    sql`SELECT d.id, d.number, d.schema
      FROM ${names.table('entries')} AS e JOIN ${names.table('documents')} AS d ON d.number = e.number
      WHERE e.hash = ANY(${hexArray(new Set(ids))}::bytea[])`,
  )
  const schemas = await schemasOf(database, new Set(rows.map(({ schema }) => schema)))
  const numbers = new Map<number, bigint[]>()
  for (const { schema, number } of rows) {
    const ofSchema = numbers.get(schema) ?? []
    ofSchema.push(number)
    numbers.set(schema, ofSchema)
  }

  const documents = new Map<DocumentId, Document>()
  for (const [schemaNumber, ofSchema] of numbers) {
    const known = schemas.get(schemaNumber)
    const schema = known && !asTheyAre ? await database.asked.standing(database, known) : known
    if (!schema) throw new RakkoError('DATABASE_DAMAGED', `the schema of ${ofSchema.length} documents is lost`)
    const page = sql`SELECT unnest(${ofSchema}::bigint[]) AS document`
    for (const document of await selectDocuments(database, schema, page, sql`page.document`)) {
      documents.set(document.id, document)
    }
  }
  return ids.map((id) => {
    const document = documents.get(id)
    if (database.lost.has(id)) throw documentLost(id)
    return document
  })
}

async function schemasOf(database: Database, numbers: ReadonlySet<number>): Promise<ReadonlyMap<number, KnownSchema>> {
  const { registry } = database
  const schemas = new Map<number, KnownSchema>()
  for (const number of numbers) {
    const known = registry.at(number)
    if (known?.hasTable) schemas.set(number, known)
  }
  // Another node on this database may have met the others.
  const others = [...numbers].filter((number) => !schemas.has(number))
  for (const known of others.length === 0 ? [] : await registry.reread(database, others)) {
    schemas.set(known.number, known)
  }
  return schemas
}

function documentLost(documentId: DocumentId): RakkoError {
  const words = `the document ${documentId} was here and is damaged: neither its view nor all of its entries are left`
  return new RakkoError('DATABASE_DAMAGED', words, { documentId })
}
