import type { KnownSchema } from '../schemas/schema-registry.js'
import { bulkInsert, bulkUpdate, type Columns } from '../sql/bulk.js'
import { arrayParameter, bigintColumn, type Column, hexColumn } from '../sql/column.js'
import type { Statement } from '../sql/statement.js'
import { valueColumn } from '../tables/field-types.js'
import type { Names } from '../tables/names.js'
import type { FieldColumn } from '../tables/views-table.js'
import type { Materialised } from './materialise.js'

const KEY: Columns<Materialised> = { document: bigintColumn(({ document }) => document.number) }
const ID: Columns<Materialised> = { id: hexColumn(({ document }) => document.id) }
const PAYLOAD: Columns<Materialised> = { payload: bigintColumn(({ payload }) => payload) }

/**
 * Writes the rows of the views tables: where needed, one insert, one update and one delete for each table of a schema.
 */
export function writeViews(names: Names, materialised: readonly Materialised[]): Statement[] {
  const bySchema = new Map<number, { schema: KnownSchema; changes: Materialised[] }>()
  for (const change of materialised) {
    const { schema } = change.document
    const group = bySchema.get(schema.number) ?? { schema, changes: [] }
    bySchema.set(schema.number, group)
    group.changes.push(change)
  }
  return [...bySchema.values()].flatMap(({ schema, changes }) => writeSchema(names, schema, changes))
}

function writeSchema(names: Names, { views }: KnownSchema, changes: readonly Materialised[]): Statement[] {
  const stored = changes.filter(({ document }) => !document.isNew)
  const inserted = changes.filter(({ document, deleted }) => document.isNew && !deleted)
  const updated = stored.filter(({ deleted, fields }) => !deleted && fields.size > 0)
  const deleted = stored.filter((change) => change.deleted).map(({ document }) => document.number)
  const changed = new Set(updated.flatMap(({ fields }) => [...fields.keys()]))
  const statements: Statement[] = []
  for (const [group, fields] of views.groups.entries()) {
    const table = views.name(names, group)
    const first = group === 0 ? { ...ID, ...(views.payloadField !== undefined && PAYLOAD) } : {}
    statements.push(...bulkInsert(table, { ...KEY, ...first, ...fieldColumns(fields) }, inserted))
    if (deleted.length > 0) statements.push(bulkDelete(table, deleted))
    const set = fields.filter(({ field }) => changed.has(field))
    const payload = group === 0 && updated.some((row) => row.payload !== undefined) ? PAYLOAD : {}
    const columns: Columns<Materialised> = { ...payload, ...fieldColumns(set) }
    if (Object.keys(columns).length === 0) continue
    statements.push(...bulkUpdate(table, ['document'], { ...KEY, ...columns }, updated, { keep: true }))
  }
  return statements
}

function fieldColumns(fields: readonly FieldColumn[]): Columns<Materialised> {
  return Object.fromEntries(
    fields.map((field): [string, Column<Materialised>] => [field.column, valueColumn(field.field, field.type.type)]),
  )
}

function bulkDelete(table: string, documents: readonly number[]): Statement {
  const numbers = arrayParameter(
    bigintColumn((number: number) => number),
    documents,
  )
  return { text: `DELETE FROM ${table} WHERE document = ANY($1::bigint[])`, parameters: [numbers] }
}
