import type { BoundSchema, RowPage } from '@rakko/core'
import type { WireOperation, WirePage, WireRelated, WireRow } from '@rakko/node/rpc'
import type { HistoryOperation } from './collection.js'

type AnyRow = Readonly<Record<string, unknown>>

/**
 * A row as the schema's declaration types it: what `int()` declared becomes a number, unless it would be rounded.
 * Included relations stand in their fields, typed by the schemas that this one was bound with; of a schema from
 * elsewhere nothing is declared, its ints stay bigints.
 */
export function rowOf(
  schema: BoundSchema | undefined,
  { id, viewId, owner, signer, edited, deleted, fields, related }: WireRow,
): AnyRow {
  const row: Record<string, unknown> = {
    $id: id,
    $viewId: viewId,
    $owner: owner,
    $signer: signer,
    $edited: edited,
    $deleted: deleted,
  }
  for (const name of Object.keys(schema?.fields ?? fields)) row[name] = fieldValueOf(schema, name, fields[name])
  for (const [name, value] of Object.entries(related ?? {})) row[name] = relatedOf(targetOf(schema, name), value)
  return row
}

/** An operation of a history, what it set typed as in rows. */
export function operationOf<S extends BoundSchema>(schema: S, operation: WireOperation): HistoryOperation<S> {
  const fields = Object.entries(operation.fields).map(([name, value]) => [name, fieldValueOf(schema, name, value)])
  return { ...operation, fields: Object.fromEntries(fields) as HistoryOperation<S>['fields'] }
}

export function pageOf<Row>(page: WirePage, toRow: (row: WireRow) => Row): RowPage<Row> {
  const { rows, startCursor, endCursor, hasNextPage, hasPreviousPage, count, lost } = page
  const found = { rows: rows.map(toRow), startCursor, endCursor, hasNextPage, hasPreviousPage, count }
  return lost === undefined ? found : { ...found, lost }
}

function relatedOf(target: BoundSchema | undefined, value: WireRelated): unknown {
  const toRow = (row: WireRow): AnyRow => rowOf(target, row)
  if (value === null) return null
  if (isRows(value)) return value.map(toRow)
  return 'rows' in value ? pageOf(value, toRow) : toRow(value)
}

function isRows(value: WireRelated): value is readonly WireRow[] {
  return Array.isArray(value)
}

function targetOf(schema: BoundSchema | undefined, field: string): BoundSchema | undefined {
  const definition = schema?.fields[field]
  const target = definition && 'target' in definition ? definition.target : undefined
  return typeof target === 'string' ? schema?.schemas?.[target] : undefined
}

function fieldValueOf(schema: BoundSchema | undefined, name: string, value: unknown): unknown {
  return schema?.fields[name]?.type === 'int' && typeof value === 'bigint' ? safeNumber(value) : value
}

function safeNumber(value: bigint): number | bigint {
  const number = Number(value)
  return Number.isSafeInteger(number) ? number : value
}
