import { damagedRows } from '../../driver/damaged-rows.js'
import { Bulk } from '../../sql/bulk.js'
import { bigintColumn, byteaColumn } from '../../sql/column.js'
import { sql } from '../../sql/sql.js'
import type { WriteTransaction } from '../../transaction/database.js'

const VIEWS_AT_ONCE = 1000

interface GoneRow {
  view: Uint8Array
  document: bigint | null
  schema: number | null
}

const GONE = new Bulk<GoneRow>({
  document: bigintColumn(({ document }) => document ?? undefined),
  view: byteaColumn(({ view }) => view),
})

/**
 * Removes views that nothing pins any more. What they pinned is looked at next, without recursion. Returns whether more
 * may be left.
 */
export async function collectViews(transaction: WriteTransaction): Promise<boolean> {
  const { names, ledger } = transaction
  const [pins, pinned] = [names.table('pins'), names.table('pinned_views')]
  const { rows } = await transaction.query<GoneRow & { kept: boolean }>(
    sql`WITH suspects AS (
       SELECT s.view, EXISTS (SELECT 1 FROM ${pins} AS p WHERE p.view = s.view) AS kept
       FROM ${pinned} AS s WHERE s.unpinned LIMIT ${VIEWS_AT_ONCE}::bigint
     ), cleared AS (
       UPDATE ${pinned} AS v SET unpinned = false FROM suspects AS s WHERE v.view = s.view AND s.kept
     ), gone AS (
       DELETE FROM ${pinned} AS v USING suspects AS s WHERE v.view = s.view AND NOT s.kept
       RETURNING v.view, v.document, v.schema
     )
     SELECT s.kept, s.view, gone.document, gone.schema FROM suspects AS s LEFT JOIN gone ON gone.view = s.view`,
  )
  let isReleased = false
  const made = rows.filter(({ kept, document }) => !kept && document !== null)
  for (const number of new Set(made.map(({ schema }) => schema))) {
    // Of those of a schema that rests there are no rows, see maintain/evict-tables.ts.
    if (number !== null) await ledger.rereadSchemas(transaction, [number])
    const schema = number === null ? undefined : ledger.schemaAt(number)
    if (!schema) throw damagedRows('a stored document has no known schema')
    const ofSchema = made.filter((one) => one.schema === number)
    const source = GONE.source(ofSchema)
    for (const group of schema.hasPinned ? schema.views.groups.keys() : []) {
      const table = schema.views.pinnedName(names, group)
      await transaction.query(sql`DELETE FROM ${table} AS v USING ${source} WHERE v.view = u.view`)
    }
    if (schema.views.pinning.length === 0) continue
    const { affectedRows } = await transaction.query(
      sql`WITH released AS (
         DELETE FROM ${pins} AS p USING ${source} WHERE p.document = u.document AND p.holder = u.view RETURNING p.view
       )
       UPDATE ${pinned} AS v SET unpinned = true FROM released WHERE v.view = released.view`,
    )
    isReleased ||= affectedRows > 0
  }
  return isReleased || rows.length === VIEWS_AT_ONCE
}
