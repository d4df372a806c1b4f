import type { KnownSchema } from '../schemas/schema-registry.js'
import { Bulk, type Columns } from '../sql/bulk.js'
import { arrayParameter, bigintColumn, type Column, hexColumn } from '../sql/column.js'
import { type Sql, sql } from '../sql/sql.js'
import { valueColumn } from '../tables/field-types.js'
import type { Names } from '../tables/names.js'
import type { FieldColumn, ViewsTable } from '../tables/views-table.js'
import type { Materialised } from './materialise.js'
import type { WrittenTables } from './written-tables.js'

const KEY: Columns<Materialised> = { document: bigintColumn(({ document }) => document.number) }
const ID: Columns<Materialised> = { id: hexColumn(({ document }) => document.id) }
const PAYLOAD: Columns<Materialised> = { payload: bigintColumn(({ payload }) => payload) }

/**
 * Writes the rows of the views tables: where needed, one insert, one update and one delete for each table of a schema.
 * None for a schema that rests.
 */
export function writeViews(names: Names, materialised: readonly Materialised[], tables: WrittenTables): Sql[] {
  const bySchema = new Map<number, { schema: KnownSchema; changes: Materialised[] }>()
  for (const change of materialised) {
    const { schema } = change.document
    const group = bySchema.get(schema.number) ?? { schema, changes: [] }
    bySchema.set(schema.number, group)
    group.changes.push(change)
  }
  return [...bySchema.values()].flatMap(({ schema, changes }) => {
    const views = tables(schema)
    return views ? writeSchema(names, views, changes) : []
  })
}

function writeSchema(names: Names, views: ViewsTable, changes: readonly Materialised[]): Sql[] {
  const stored = changes.filter(({ document }) => !document.isNew)
  const inserted = changes.filter(({ document, deleted }) => document.isNew && !deleted)
  const updated = stored.filter(({ deleted, fields }) => !deleted && fields.size > 0)
  const deleted = stored.filter((change) => change.deleted).map(({ document }) => document.number)
  const changed = new Set(updated.flatMap(({ fields }) => [...fields.keys()]))
  const statements: Sql[] = []
  for (const [group, fields] of views.groups.entries()) {
    const table = views.name(names, group)
    statements.push(...insertedRows(views, group).insert(table, inserted))
    if (deleted.length > 0) statements.push(bulkDelete(table, deleted))
    const set = fields.filter(({ field }) => changed.has(field))
    const hasPayload = group === 0 && updated.some((row) => row.payload !== undefined)
    if (set.length > 0 || hasPayload) statements.push(...updatedRows(set, hasPayload).update(table, updated))
  }
  return statements
}

const INSERTED = new WeakMap<ViewsTable, Map<number, Bulk<Materialised>>>()

/** The rows of new documents in one of a schema's tables. Made once for each. */
function insertedRows(views: ViewsTable, group: number): Bulk<Materialised> {
  const ofViews = INSERTED.get(views) ?? new Map<number, Bulk<Materialised>>()
  INSERTED.set(views, ofViews)
  const known = ofViews.get(group)
  if (known) return known
  const first = group === 0 ? { ...ID, ...(views.payloadField !== undefined && PAYLOAD) } : {}
  const rows = new Bulk({ ...KEY, ...first, ...fieldColumns(views.groups[group] ?? []) })
  ofViews.set(group, rows)
  return rows
}

/** Which fields an update sets differs from call to call. */
function updatedRows(fields: readonly FieldColumn[], hasPayload: boolean): Bulk<Materialised> {
  const columns = { ...KEY, ...(hasPayload && PAYLOAD), ...fieldColumns(fields) }
  return new Bulk(columns, { key: ['document'], keepsOnNull: true })
}

function fieldColumns(fields: readonly FieldColumn[]): Columns<Materialised> {
  return Object.fromEntries(
    fields.map((field): [string, Column<Materialised>] => [field.column, valueColumn(field.field, field.type.type)]),
  )
}

function bulkDelete(table: Sql, documents: readonly number[]): Sql {
  const numbers = arrayParameter(
    bigintColumn((number: number) => number),
    documents,
  )
  return sql`DELETE FROM ${table} WHERE document = ANY(${numbers}::bigint[])`
}
