import type { SchemaId } from '@rakko/core'
import { sql } from '../sql/sql.js'
import type { Database } from '../transaction/database.js'
import { collectViews } from '../write/pins/collect-views.js'
import { makeViews } from '../write/pins/make-views.js'

/**
 * A slice of what write transactions have left: pinned views to make and to collect. Returns the schemas whose views it
 * has made, undefined where there was nothing to do.
 */
export async function finishPins(database: Database): Promise<ReadonlySet<SchemaId> | undefined> {
  const { names, registry } = database
  const views = names.table('pinned_views')
  const { rows } = await database.query<{ is_left: boolean }>(
    sql`SELECT EXISTS (SELECT 1 FROM ${views} WHERE awaits = '') OR EXISTS (SELECT 1 FROM ${views} WHERE unpinned)
       OR (SELECT awaited FROM ${names.table('arrival')}) AND NOT EXISTS (SELECT 1 FROM ${views} WHERE awaits IS NOT NULL)
       AS is_left`,
  )
  if (!rows[0]?.is_left) return undefined
  return database.write(async (transaction) => {
    await registry.load(transaction)
    await makeViews(transaction)
    await collectViews(transaction)
    await transaction.query(
      sql`UPDATE ${names.table('arrival')} SET awaited = false
       WHERE awaited AND NOT EXISTS (SELECT 1 FROM ${views} WHERE awaits IS NOT NULL)`,
    )
    return new Set([...transaction.ledger.pinnedSchemas].flatMap((number) => registry.at(number)?.schema.id ?? []))
  })
}
