import type { OperationValue } from '@rakko/core'
import type { KnownSchema } from '../schemas/schema-registry.js'
import { Bulk } from '../sql/bulk.js'
import { bigintColumn, byteaColumn } from '../sql/column.js'
import { sql } from '../sql/sql.js'
import type { Database, LedgerQueries } from '../transaction/database.js'
import { PINS, pinChanges, pinRows } from '../write/pins/replace-pins.js'

/** A view that pins: the latest one of a document, or one that is itself pinned. */
export interface Holder {
  /** Number of its document. */
  readonly document: number
  /** LATEST, or its key in `pinned_views`. */
  readonly holder: Uint8Array
  readonly schema: KnownSchema
  /** None where the document is deleted. */
  readonly fields: ReadonlyMap<string, OperationValue>
}

const HOLDERS = new Bulk<Holder>({
  document: bigintColumn(({ document }) => document),
  holder: byteaColumn(({ holder }) => holder),
})

/** Places, among the holders, of those that pin something else than rows say, or something that has no row. */
export async function wrongPins(queries: LedgerQueries, holders: readonly Holder[]): Promise<ReadonlySet<number>> {
  const asked = holders.filter(({ schema }) => schema.views.pinning.length > 0)
  if (asked.length === 0) return new Set()
  const { names } = queries
  const changes = asked.flatMap(({ schema, fields, ...holder }) =>
    pinChanges(schema, { ...holder, isNew: true }, fields),
  )
  const isSame = sql`p.document = n.document AND p.holder = n.holder AND p.field = n.field AND p.view = n.view`
  const { rows } = await queries.query<{ document: bigint; holder: Uint8Array }>(
    sql`WITH n AS MATERIALIZED (
         SELECT u.document, u.holder, u.field, sha256(u.view_id) AS view FROM ${PINS.source(pinRows(changes))})
       SELECT document, holder FROM n
       WHERE NOT EXISTS (SELECT FROM ${names.table('pins')} AS p WHERE ${isSame})
         OR NOT EXISTS (SELECT FROM ${names.table('pinned_views')} AS v WHERE v.view = n.view)
       UNION SELECT p.document, p.holder
       FROM ${HOLDERS.source(asked)} JOIN ${names.table('pins')} AS p ON p.document = u.document AND p.holder = u.holder
       WHERE NOT EXISTS (SELECT FROM n WHERE ${isSame})`,
  )
  const wrong = new Set(rows.map((row) => keyOf(Number(row.document), row.holder)))
  return new Set(
    [...holders.entries()].flatMap(([index, one]) => (wrong.has(keyOf(one.document, one.holder)) ? [index] : [])),
  )
}

function keyOf(document: number, holder: Uint8Array): string {
  return `${document} ${holder.join()}`
}

/** Tables that a pin may lead to, without their PostgreSQL schema. */
export function pinTables({ registry }: Database): string[] {
  const made = registry.all().filter(({ hasPinned }) => hasPinned)
  const tables = made.flatMap(({ views }) => views.groups.map((_, group) => views.pinnedAlias(group)))
  return ['pins', 'pinned_views', ...tables]
}
