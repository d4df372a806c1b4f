import { HASH_BYTES } from '@rakko/core'
import { damagedRows } from '../../driver/damaged-rows.js'
import type { KnownSchema } from '../../schemas/schema-registry.js'
import { Bulk, type Columns } from '../../sql/bulk.js'
import {
  bigintColumn,
  boolColumn,
  byteaColumn,
  type Column,
  columnOver,
  hexColumn,
  integerColumn,
} from '../../sql/column.js'
import { decodeViewId } from '../../sql/decode-id.js'
import { sql } from '../../sql/sql.js'
import { valueColumn } from '../../tables/field-types.js'
import type { FieldColumn } from '../../tables/views-table.js'
import type { WriteTransaction } from '../../transaction/database.js'
import { type MadeView, type PendingView, REDUCED_AT_ONCE, reduceViews, valuesOf } from './reduce-views.js'
import { type PinChange, pinChanges, replacePins } from './replace-pins.js'
import { awaitsTables } from './resting-views.js'

/** Views that are looked at together. Most are the latest of their document, and the database copies them. */
const VIEWS_AT_ONCE = 1000
interface PendingRow {
  view: Uint8Array
  view_id: Uint8Array
  /** The first of its operations has arrived. */
  known: boolean
  /** Number of the document whose latest view it is. */
  document: bigint | null
  schema: number | null
  /** Its document's schema, where that rests. */
  resting: number | null
}

/**
 * Makes some of the pinned views that are to be made. It does not recurse, since a stranger decides how deep views pin
 * each other. Those whose operations are missing wait for one of them. Those of a schema that rests wait for its tables.
 * Returns whether more may be left.
 */
export async function makeViews(transaction: WriteTransaction): Promise<boolean> {
  const { names } = transaction
  const views = names.table('pinned_views')
  const { rows } = await transaction.query<PendingRow>(
    sql`WITH pending AS (
       SELECT view, view_id, substr(view_id, 1, ${sql.integer(HASH_BYTES)}) AS tip
       FROM ${views} WHERE awaits = '' LIMIT ${VIEWS_AT_ONCE}::bigint
     ), found AS (
       SELECT p.view, p.view_id, p.tip, e.number IS NOT NULL AS known,
         COALESCE(d.number, r.number) AS document, COALESCE(d.schema, r.schema) AS schema, d.signer, d.edited, d.follow,
         r.schema AS resting
       FROM pending AS p LEFT JOIN ${names.table('entries')} AS e ON e.hash = p.tip
         LEFT JOIN ${names.table('documents')} AS d ON d.number = e.document AND d.view_id = p.view_id AND NOT d.deleted
         LEFT JOIN (${names.table('documents')} AS r
           JOIN ${names.table('schemas')} AS s ON s.number = r.schema AND NOT s.has_table) ON r.number = e.document
     ), found_out AS (
       UPDATE ${views} AS v SET document = f.document, schema = f.schema, signer = f.signer, edited = f.edited,
         follow = f.follow, awaits = CASE WHEN f.resting IS NOT NULL THEN ${awaitsTables(sql`f.resting`)} WHEN NOT f.known THEN f.tip END
       FROM found AS f WHERE v.view = f.view AND (f.document IS NOT NULL OR NOT f.known)
     )
     SELECT view, view_id, known, document, schema, resting FROM found`,
  )
  const bySchema = new Map<number, PendingRow[]>()
  const past: PendingView[] = []
  for (const row of rows) {
    if (row.resting !== null) continue
    if (row.schema !== null) bySchema.set(row.schema, [...(bySchema.get(row.schema) ?? []), row])
    else if (row.known) past.push({ view: row.view, viewId: decodeViewId(row.view_id) })
  }
  for (const [number, latest] of bySchema) await copyLatest(transaction, number, latest)
  if (rows.some(({ known }) => !known)) await markAwaited(transaction)
  if (past.length > 0) await storeViews(transaction, await reduceViews(transaction, past.slice(0, REDUCED_AT_ONCE)))
  return past.length > 0 || rows.length === VIEWS_AT_ONCE
}

const LATEST_VIEWS = new Bulk<PendingRow>({
  view: byteaColumn(({ view }) => view),
  document: bigintColumn(({ document }) => document ?? undefined),
})

/** The values and pins of a document's latest view are in tables already. */
async function copyLatest(transaction: WriteTransaction, number: number, rows: readonly PendingRow[]): Promise<void> {
  const { names } = transaction
  const { views } = await pinnedTables(transaction, number)
  const source = LATEST_VIEWS.source(rows)
  for (const [group, fields] of views.groups.entries()) {
    const columns = fields.map((field) => field.sql)
    if (group === 0) columns.unshift(sql`id`)
    if (group === 0 && views.payloadField !== undefined) columns.unshift(sql`payload`)
    const values = columns.map((column) => sql`v.${column}`)
    await transaction.query(
      sql`INSERT INTO ${views.pinnedName(names, group)} (${sql.join([sql`view`, ...columns])})
       SELECT ${sql.join([sql`u.view`, ...values])}
       FROM ${source} JOIN ${views.name(names, group)} AS v ON v.document = u.document`,
    )
  }
  if (views.pinning.length === 0) return
  const pins = names.table('pins')
  await transaction.query(
    sql`INSERT INTO ${pins} (document, holder, field, view)
     SELECT p.document, u.view, p.field, p.view FROM ${source} JOIN ${pins} AS p ON p.document = u.document AND p.holder = ''
     ON CONFLICT DO NOTHING`,
  )
}

export const MADE_VIEWS = new Bulk<MadeView>(
  {
    view: byteaColumn(({ view }) => view),
    document: bigintColumn(({ document }) => document),
    schema: integerColumn(({ schema }) => schema?.number),
    signer: integerColumn(({ signer }) => signer),
    edited: boolColumn(({ reduced }) => reduced?.edited),
    follow: hexColumn(({ reduced, viewId }) => (reduced?.follow === viewId ? undefined : reduced?.follow)),
    awaits: hexColumn(({ awaits }) => awaits),
  },
  { key: ['view'] },
)

async function storeViews(transaction: WriteTransaction, made: readonly MadeView[]): Promise<void> {
  const { names } = transaction
  const pins: PinChange[] = []
  for (const number of new Set(made.flatMap(({ schema }) => schema?.number ?? []))) {
    const schema = await pinnedTables(transaction, number)
    const { views } = schema
    const ofSchema = made.filter((view) => view.schema?.number === number)
    for (const [group, fields] of views.groups.entries()) {
      const columns = pinnedColumns(fields, group === 0, views.payloadField !== undefined)
      await transaction.run(new Bulk(columns).insert(views.pinnedName(names, group), ofSchema))
    }
    for (const { view: holder, document, reduced } of ofSchema) {
      if (document === undefined || !reduced) continue
      pins.push(...pinChanges(schema, { document, holder, isNew: true }, valuesOf(reduced)))
    }
  }
  await transaction.run(MADE_VIEWS.update(names.table('pinned_views'), made))
  await replacePins(transaction, pins)
  if (made.some(({ awaits }) => awaits !== undefined)) await markAwaited(transaction)
}

/**
 * Stored in the row that every write transaction reads anyway, so that nobody looks for views that nobody waits for.
 */
async function markAwaited(transaction: WriteTransaction): Promise<void> {
  await transaction.query(sql`UPDATE ${transaction.names.table('arrival')} SET awaited = true WHERE NOT awaited`)
}

export function pinnedColumns(
  fields: readonly FieldColumn[],
  isFirst: boolean,
  hasPayload: boolean,
): Columns<MadeView> {
  const first: Columns<MadeView> = { id: hexColumn(({ reduced }) => reduced?.documentId) }
  const payload: Columns<MadeView> = { payload: bigintColumn((made) => made.payload) }
  return {
    view: byteaColumn(({ view }) => view),
    ...(isFirst && first),
    ...(isFirst && hasPayload && payload),
    ...Object.fromEntries(
      fields.map((field): [string, Column<MadeView>] => [
        field.column,
        columnOver(valueColumn(field.field, field.type.type), ({ reduced }) => ({
          fields: reduced ? valuesOf(reduced) : new Map(),
        })),
      ]),
    ),
  }
}

/** The schema that the views are made of. It has tables of pinned views afterwards. */
async function pinnedTables(transaction: WriteTransaction, number: number): Promise<KnownSchema> {
  const { names, ledger } = transaction
  ledger.pinnedSchemas.add(number)
  await ledger.holdSchemas(transaction, [number])
  const schema = ledger.schemaAt(number)
  if (!schema) throw damagedRows('a stored document has no known schema')
  if (schema.hasPinned || ledger.newPinned.has(number)) return schema
  await transaction.exec(
    sql`${schema.views.createPinnedSql(names)}
      UPDATE ${names.table('schemas')} SET has_pinned = true WHERE number = ${sql.integer(number)};`,
  )
  ledger.newPinned.set(number, schema)
  return schema
}
