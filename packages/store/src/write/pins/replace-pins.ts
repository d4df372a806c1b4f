import type { DocumentViewId, OperationValue } from '@rakko/core'
import type { KnownSchema } from '../../schemas/schema-registry.js'
import { Bulk, type Columns } from '../../sql/bulk.js'
import { bigintColumn, byteaColumn, hexColumn, smallintColumn } from '../../sql/column.js'
import { sql } from '../../sql/sql.js'
import { pinnedIds } from '../../tables/field-types.js'
import type { WriteTransaction } from '../../transaction/database.js'

/** The `holder` of the pins of a document's latest view. */
export const LATEST = new Uint8Array()

/** What one field of a view pins from now on. */
export interface PinChange {
  /** Number of the document whose view it is. */
  readonly document: number
  /** LATEST, or the key of the view where the view is itself pinned. */
  readonly holder: Uint8Array
  /** Position of the field. */
  readonly field: number
  readonly viewIds: readonly DocumentViewId[]
  /** Whether nothing was pinned by it before. */
  readonly isNew: boolean
}

/** What these fields of a view pin. Fields that pin nothing new are left out. */
export function pinChanges(
  { views }: KnownSchema,
  holder: Pick<PinChange, 'document' | 'holder' | 'isNew'>,
  fields: ReadonlyMap<string, OperationValue>,
): PinChange[] {
  return views.pinning.flatMap(({ field, position }) => {
    const value = fields.get(field)
    return value === undefined ? [] : [{ ...holder, field: position, viewIds: pinnedIds(value) }]
  })
}

export interface PinRow extends Omit<PinChange, 'viewIds'> {
  readonly viewId: DocumentViewId
}

const HOLDER: Columns<Omit<PinRow, 'viewId'>> = {
  document: bigintColumn(({ document }) => document),
  holder: byteaColumn(({ holder }) => holder),
  field: smallintColumn(({ field }) => field),
}

const HOLDERS = new Bulk(HOLDER)
export const PINS = new Bulk<PinRow>({ ...HOLDER, view_id: hexColumn(({ viewId }) => viewId) })

export function pinRows(changes: readonly PinChange[]): PinRow[] {
  return changes.flatMap(({ viewIds, ...holder }) => viewIds.map((viewId) => ({ ...holder, viewId })))
}

/**
 * Takes the fields' pins away and puts the new ones in their place. Views that were unknown are then to be made. It
 * takes a statement for each, where there is something to do. Returns whether a pin was taken away.
 */
export async function replacePins(transaction: WriteTransaction, changes: readonly PinChange[]): Promise<boolean> {
  const { names } = transaction
  const [pins, views] = [names.table('pins'), names.table('pinned_views')]
  const replaced = changes.filter(({ isNew }) => !isNew)
  let unpinned = 0
  if (replaced.length > 0) {
    const { affectedRows } = await transaction.query(
      sql`WITH gone AS (
         DELETE FROM ${pins} AS p USING ${HOLDERS.source(replaced)}
         WHERE p.document = u.document AND p.holder = u.holder AND p.field = u.field RETURNING p.view
       )
       UPDATE ${views} AS v SET unpinned = true FROM gone WHERE v.view = gone.view`,
    )
    unpinned = affectedRows
  }
  const rows = pinRows(changes)
  if (rows.length > 0) {
    await transaction.query(
      sql`WITH named AS (SELECT u.*, sha256(u.view_id) AS view FROM ${PINS.source(rows)}),
         added AS (
           INSERT INTO ${views} (view, view_id, awaits) SELECT view, view_id, '' FROM named ON CONFLICT (view) DO NOTHING
         )
       INSERT INTO ${pins} (document, holder, field, view) SELECT document, holder, field, view FROM named
       ON CONFLICT DO NOTHING`,
    )
  }
  return unpinned > 0
}
