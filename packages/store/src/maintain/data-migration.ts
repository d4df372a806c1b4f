import type { KnownSchema } from '../schemas/schema-registry.js'
import { sql } from '../sql/sql.js'
import { pinnedIds, valueDecoder } from '../tables/field-types.js'
import type { Database, WriteTransaction } from '../transaction/database.js'
import { makeViews } from '../write/pins/make-views.js'
import { LATEST, type PinChange, replacePins } from '../write/pins/replace-pins.js'

/**
 * The data migration of formats 2 and 4. It runs once, after the tables were brought to the latest format. It finds
 * what the documents of an earlier format pin, and which of them are deleted. `now` in milliseconds since 1970.
 */
export async function migrateData(database: Database, now: number): Promise<void> {
  const { registry } = database
  await database.write(async (transaction) => {
    const { names } = transaction
    await registry.load(transaction)
    // Where two nodes open the database at once, the second one finds the work done.
    const { affectedRows } = await transaction.query(
      sql`UPDATE ${names.table('meta')} SET unfilled = false WHERE unfilled`,
    )
    if (affectedRows === 0) return
    await transaction.query(
      sql`INSERT INTO ${names.table('deletions')} (document, time)
       SELECT number, ${now}::bigint FROM ${names.table('documents')} WHERE deleted AND NOT purged
       ON CONFLICT DO NOTHING`,
    )
    for (const schema of registry.all()) {
      if (schema.hasTable && schema.views.pinning.length > 0) {
        await replacePins(transaction, await storedPins(transaction, schema))
      }
    }
    while (await makeViews(transaction)) {
      // Each round makes some of the views.
    }
  })
}

/** What the latest views of a schema's documents pin. */
async function storedPins(transaction: WriteTransaction, { views }: KnownSchema): Promise<PinChange[]> {
  const changes: PinChange[] = []
  for (const { sql: column, position, group, type } of views.pinning) {
    const { rows } = await transaction.query<{ document: bigint; pinned: unknown }>(
      sql`SELECT document, ${column} AS pinned FROM ${views.name(transaction.names, group)} ORDER BY document`,
    )
    const decode = valueDecoder(type)
    for (const { document, pinned } of rows) {
      const viewIds = pinnedIds(decode(pinned))
      changes.push({ document: Number(document), holder: LATEST, field: position, viewIds, isNew: true })
    }
  }
  return changes
}
