import { FIELD_TYPES, MAX_INDEX_FIELDS, MAX_INDEXES, type RakkoError, refusal } from '@rakko/core'
import { type Sql, sql } from '../sql/sql.js'
import type { DeclaredSearch } from '../store.js'
import { STORED_TYPES } from '../tables/field-types.js'
import type { Names } from '../tables/names.js'
import type { FieldColumn, ViewsTable } from '../tables/views-table.js'
import { searchIndex } from './search-index.js'

/** A name tells what the index is over, so the catalog says which ones exist: `d7_by_f0_f3`. */
const INFIX = '_by_'
/** What follows the table's name in the names of all declared indexes: these and the search index. */
export const DECLARED = '_(by|search)_'

/** What an app declares for one schema. */
export interface DeclaredIndexes {
  readonly indexes: readonly (readonly string[])[]
  readonly search?: DeclaredSearch | undefined
}

/**
 * Statements that make the declared indexes, by their names. An index has its columns in order, then the document's id.
 * A page with that order is read from it, or one with a filter on the first columns. Of values that can be long it
 * holds the beginning, see `indexKey`. Throws INVALID_ARGUMENT.
 */
export function viewIndexes(names: Names, views: ViewsTable, { indexes, search }: DeclaredIndexes): Map<string, Sql> {
  if (indexes.length > MAX_INDEXES) throw invalid('indexes', `at most ${MAX_INDEXES} of a schema`, `${indexes.length}`)
  const found = new Map<string, Sql>()
  for (const fields of indexes) {
    if (fields.length === 0 || fields.length > MAX_INDEX_FIELDS) {
      throw invalid('indexes', `1 to ${MAX_INDEX_FIELDS} fields`, `${fields.length}`)
    }
    const columns = fields.map((field) => indexedColumn(views, field))
    // Columns in a wide schema's other tables cannot be in an index of the first one's.
    const group = columns[0]?.group ?? 0
    const there = columns.filter((column) => column.group === group)
    const keys = there.map(indexKey)
    if (group === 0) keys.push(sql`id`)
    const name = `${views.alias(group)}${INFIX}${there.map(({ column }) => column).join('_')}`
    found.set(name, sql`CREATE INDEX IF NOT EXISTS ${sql.id(name)} ON ${views.name(names, group)} (${sql.join(keys)});`)
  }
  const searched = search && searchIndex(names, views, search)
  if (searched) found.set(...searched)
  return found
}

/**
 * What an index holds of a column. Of values that may be too long it holds the beginning, and the whole values refine
 * that order. A query names the very same expression, see read/query/query-source.ts.
 */
function indexKey({ type: { type }, sql: column }: FieldColumn): Sql {
  return STORED_TYPES[type].prefix?.(column) ?? column
}

function indexedColumn(views: ViewsTable, field: string): FieldColumn {
  const column = views.columns.get(field)
  if (column && !FIELD_TYPES[column.type.type].isList) return column
  throw invalid('indexes', 'fields of the schema that have an order of their own', field)
}

function invalid(field: string, expected: string, got: string): RakkoError {
  return refusal('INVALID_ARGUMENT', { field, expected, got })
}
