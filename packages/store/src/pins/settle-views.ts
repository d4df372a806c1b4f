import type { DocumentViewId, SchemaId } from '@rakko/core'
import type { Driver, Session } from '../driver/driver.js'
import { Ledger, NO_COUNTERS } from '../ingest/ledger.js'
import type { KnownSchema, SchemaRegistry } from '../schemas/schema-registry.js'
import type { Names } from '../sql/names.js'
import { decodeViewId } from '../values/decode-column.js'
import { collectViews } from './collect-views.js'
import { makeViews } from './make-views.js'
import { LATEST, type PinContext } from './pin-context.js'
import { type PinChange, replacePins } from './replace-pins.js'

/**
 * A slice of what ingests have left: pinned views to make and to collect. Answers the schemas that it has made views of,
 * undefined where there was nothing to do.
 */
export async function settleViews(
  driver: Driver,
  names: Names,
  registry: SchemaRegistry,
): Promise<ReadonlySet<SchemaId> | undefined> {
  const views = names.table('pinned_views')
  const { rows } = await driver.query<{ is_left: boolean }>(
    `SELECT EXISTS (SELECT 1 FROM ${views} WHERE awaits = '') OR EXISTS (SELECT 1 FROM ${views} WHERE unpinned)
       OR (SELECT awaited FROM ${names.table('arrival')}) AND NOT EXISTS (SELECT 1 FROM ${views} WHERE awaits IS NOT NULL)
       AS is_left`,
  )
  if (!rows[0]?.is_left) return undefined
  return withPins(driver, names, registry, async (context) => {
    await makeViews(context)
    await collectViews(context)
    await context.session.query(
      `UPDATE ${names.table('arrival')} SET awaited = false
       WHERE awaited AND NOT EXISTS (SELECT 1 FROM ${views} WHERE awaits IS NOT NULL)`,
    )
    return new Set([...context.made].flatMap((number) => registry.at(number)?.schema.id ?? []))
  })
}

/**
 * Once, after a migration: what the documents that an earlier format has stored pin, and which of them are deleted. `now`
 * in milliseconds since 1970.
 */
export async function fillTables(driver: Driver, names: Names, registry: SchemaRegistry, now: number): Promise<void> {
  await withPins(driver, names, registry, async (context) => {
    const { session } = context
    // Of two nodes that open the database at once, the second one finds the work done.
    const { affectedRows } = await session.query(`UPDATE ${names.table('meta')} SET unfilled = false WHERE unfilled`)
    if (affectedRows === 0) return
    await session.query(
      `INSERT INTO ${names.table('deletions')} (document, time)
       SELECT number, $1::bigint FROM ${names.table('documents')} WHERE deleted AND NOT purged
       ON CONFLICT DO NOTHING`,
      [now],
    )
    for (const schema of registry.all()) {
      if (schema.hasTable && schema.views.pinning.length > 0) {
        await replacePins(context, await storedPins(session, names, schema))
      }
    }
    while (await makeViews(context)) {
      // Each round makes some.
    }
  })
}

async function withPins<Result>(
  driver: Driver,
  names: Names,
  registry: SchemaRegistry,
  work: (context: PinContext) => Promise<Result>,
): Promise<Result> {
  const ledger = new Ledger(registry, NO_COUNTERS)
  const { newPinned } = ledger
  const result = await driver.transaction(async (session) => {
    await session.query(`SELECT one FROM ${names.table('arrival')} FOR UPDATE`)
    await registry.load(session, names)
    return work({ session, names, schemas: ledger, newPinned, made: new Set() })
  })
  for (const schema of newPinned.values()) registry.change(schema, { hasPinned: true })
  return result
}

/** What the latest views of a schema's documents pin. */
async function storedPins(session: Session, names: Names, { views }: KnownSchema): Promise<PinChange[]> {
  const changes: PinChange[] = []
  for (const { column, position, group, type } of views.pinning) {
    const { rows } = await session.query<{ document: bigint; pinned: unknown }>(
      `SELECT document, ${column} AS pinned FROM ${views.name(names, group)} ORDER BY document`,
    )
    for (const { document, pinned } of rows) {
      const viewIds: DocumentViewId[] =
        type.type === 'pinned_relation' ? [decodeViewId(pinned)] : (pinned as readonly unknown[]).map(decodeViewId)
      changes.push({ document: Number(document), holder: LATEST, field: position, viewIds, isNew: true })
    }
  }
  return changes
}
