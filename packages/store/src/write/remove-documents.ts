import { damagedRows } from '../driver/damaged-rows.js'
import type { KnownSchema } from '../schemas/schema-registry.js'
import { type Sql, sql } from '../sql/sql.js'
import type { Names } from '../tables/names.js'
import { markBucketsSql } from '../tables/state-buckets.js'
import type { WriteTransaction } from '../transaction/database.js'
import { dropFilling } from './written-tables.js'

/** A document, by its number, and the number of its schema. */
export interface TargetRow {
  number: bigint
  schema: number
}

/** Of an entry of which nothing but number, hash and decision is kept. */
export const NOTHING_KEPT = sql`author = NULL, log_id = NULL, seq_num = NULL, document = NULL, action = NULL, entry = NULL,
  operation = NULL`

/**
 * Removes documents with all that was made of their entries: views and pins. The entries are the caller's, and what
 * idempotency ids led to. A view that somebody pins stays known as pinned, and is not made again by itself.
 */
export async function removeDocuments(transaction: WriteTransaction, targets: readonly TargetRow[]): Promise<void> {
  const { names, ledger } = transaction
  const [pinned, pins] = [names.table('pinned_views'), names.table('pins')]
  const numbers = targets.map(({ number }) => number)
  await transaction.dropCaches()
  const schemas = new Set(targets.map(({ schema }) => schema))
  // Another node on this database may have met the schema, or the first of its views that is pinned.
  await ledger.rereadSchemas(transaction, schemas)
  await transaction.query(markBucketsSql(names, numbers))
  for (const number of schemas) {
    const schema = ledger.schemaAt(number)
    if (!schema) throw damagedRows('a stored document has no known schema')
    const ofSchema = targets.filter((one) => one.schema === number).map((one) => one.number)
    await transaction.run([...dropFilling(names, schema), ...removeViews(names, schema, ofSchema)])
  }
  const chosen = sql`ANY(${numbers}::bigint[])`
  await transaction.query(
    sql`WITH released AS (DELETE FROM ${pins} WHERE document = ${chosen} RETURNING view)
     UPDATE ${pinned} SET unpinned = true WHERE view IN (SELECT view FROM released)`,
  )
  await transaction.query(
    sql`WITH deletions AS (DELETE FROM ${names.table('deletions')} WHERE document = ${chosen}),
       views AS (
         UPDATE ${pinned} SET document = NULL, schema = NULL, signer = NULL, edited = NULL, follow = NULL
         WHERE document = ${chosen}
       )
     DELETE FROM ${names.table('documents')} WHERE number = ${chosen}`,
  )
}

/** Statements that remove the latest and the pinned views of a schema's documents. */
function removeViews(names: Names, { views, hasTable, hasPinned }: KnownSchema, documents: readonly bigint[]): Sql[] {
  const pinned = names.table('pinned_views')
  const chosen = sql`ANY(${documents}::bigint[])`
  return [...views.groups.keys()].flatMap((group) => [
    ...(hasTable ? [sql`DELETE FROM ${views.name(names, group)} WHERE document = ${chosen}`] : []),
    ...(hasPinned
      ? [
          sql`DELETE FROM ${views.pinnedName(names, group)} AS p USING ${pinned} AS v
           WHERE p.view = v.view AND v.document = ${chosen}`,
        ]
      : []),
  ])
}
