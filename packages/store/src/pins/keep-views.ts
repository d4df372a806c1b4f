import type { Session } from '../driver/driver.js'
import type { Ledger } from '../ingest/ledger.js'
import type { Materialised } from '../ingest/materialise.js'
import { hexArray } from '../sql/column.js'
import type { Names } from '../sql/names.js'
import { collectViews } from './collect-views.js'
import { makeViews } from './make-views.js'
import { LATEST, type PinContext } from './pin-context.js'
import { type PinChange, pinChanges, replacePins } from './replace-pins.js'

/** Rounds of making and of collecting within one ingest: what is left then is left to the care of the database. */
const ROUNDS = 8

/**
 * Keeps the views that latest views pin, and those that kept ones pin: in tables of their own, made as soon as their
 * operations are there, removed with their last pin. Called when an ingest has written all else; does nothing unless it
 * changed a document that pins, or brought what a pin waits for.
 */
export async function keepViews(
  session: Session,
  names: Names,
  ledger: Ledger,
  materialised: readonly Materialised[],
): Promise<void> {
  const context: PinContext = { session, names, schemas: ledger, newPinned: ledger.newPinned, made: new Set() }
  const changes = materialised.flatMap(changesOf)
  const awaited = ledger.counters.awaited ? await wake(context, ledger) : false
  if (changes.length === 0 && !awaited) return
  const isUnpinned = await replacePins(context, changes)
  for (let round = 0; round < ROUNDS && (await makeViews(context)); round += 1);
  if (isUnpinned) for (let round = 0; round < ROUNDS && (await collectViews(context)); round += 1);
}

function changesOf({ document, deleted, fields }: Materialised): PinChange[] {
  const { number, schema, isNew } = document
  const holder = { document: number, holder: LATEST, isNew }
  if (!deleted) return pinChanges(schema, holder, fields)
  return isNew ? [] : schema.views.pinning.map(({ position }) => ({ ...holder, field: position, viewIds: [] }))
}

/** Views that wait for what has just arrived stand to be made. */
async function wake({ session, names }: PinContext, ledger: Ledger): Promise<boolean> {
  const { affectedRows } = await session.query(
    `UPDATE ${names.table('pinned_views')} SET awaits = '' WHERE awaits = ANY($1::bytea[])`,
    [hexArray(ledger.accepted.map(({ item }) => item.entryHash))],
  )
  return affectedRows > 0
}
