import { hexArray } from '../../sql/column.js'
import { sql } from '../../sql/sql.js'
import type { WriteTransaction } from '../../transaction/database.js'
import type { Materialised } from '../materialise.js'
import { collectViews } from './collect-views.js'
import { makeViews } from './make-views.js'
import { LATEST, type PinChange, pinChanges, replacePins } from './replace-pins.js'

/** Rounds of making and of collecting within one transaction. What is left then is left to maintenance. */
const ROUNDS = 8

/**
 * Keeps the views that latest views pin, and those that kept ones pin, in tables of their own. They are made as soon as
 * their operations are there, and removed with their last pin. Called when all else was written. It does nothing unless
 * the transaction changed a document that pins, or brought what a pin waits for.
 */
export async function keepViews(transaction: WriteTransaction, materialised: readonly Materialised[]): Promise<void> {
  const changes = materialised.flatMap(changesOf)
  const awaited = transaction.ledger.counters.awaited ? await wake(transaction) : false
  if (changes.length === 0 && !awaited) return
  const isUnpinned = await replacePins(transaction, changes)
  for (let round = 0; round < ROUNDS && (await makeViews(transaction)); round += 1);
  if (isUnpinned) for (let round = 0; round < ROUNDS && (await collectViews(transaction)); round += 1);
}

function changesOf({ document, deleted, fields }: Materialised): PinChange[] {
  const { number, schema, isNew } = document
  const holder = { document: number, holder: LATEST, isNew }
  if (!deleted) return pinChanges(schema, holder, fields)
  return isNew ? [] : schema.views.pinning.map(({ position }) => ({ ...holder, field: position, viewIds: [] }))
}

/** Marks views that wait for what has just arrived: they are to be made. */
async function wake(transaction: WriteTransaction): Promise<boolean> {
  const { names, ledger } = transaction
  const arrived = hexArray(ledger.accepted.map(({ item }) => item.entryHash))
  const { affectedRows } = await transaction.query(
    sql`UPDATE ${names.table('pinned_views')} SET awaits = '' WHERE awaits = ANY(${arrived}::bytea[])`,
  )
  return affectedRows > 0
}
