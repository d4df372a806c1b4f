import type { SchemaId } from '@rakko/core'
import { findClaimedSchema } from '../load/find-schemas.js'
import type { Database } from '../transaction/database.js'
import { writeLedger } from '../write/write-ledger.js'

/**
 * Makes a schema known whose views can be built from what is held. None of its documents came, and no definition has
 * such a view now. Only a schema that is found costs a write transaction. Throws INVALID_SCHEMA_ID.
 */
export async function learnSchema(database: Database, id: SchemaId, now: number): Promise<void> {
  const reading = database.reading()
  await findClaimedSchema(reading, id)
  if (reading.ledger.newSchemas.size === 0) return
  await database.write(async (transaction) => {
    await findClaimedSchema(transaction, id)
    if (transaction.ledger.newSchemas.size > 0) await writeLedger(transaction, [], now)
  })
}
