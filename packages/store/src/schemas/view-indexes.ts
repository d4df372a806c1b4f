import { isListType, MAX_INDEX_FIELDS, MAX_INDEXES, RakkoError } from '@rakko/core'
import { type RawBuilder, sql } from 'kysely'
import type { DeclaredSearch } from '../store.js'
import type { Names } from '../tables/names.js'
import type { FieldColumn, ViewsTable } from '../tables/views-table.js'
import { searchIndex } from './search-index.js'

type Fragment = RawBuilder<unknown>

/** A btree key may have 2 704 bytes; the values of four columns and an id stay below. */
const PREFIX_CHARACTERS = 128
const PREFIX_BYTES = 512

/** Names tell what an index is over, so that the catalog says which ones are there: `d7_by_f0_f3`. */
const INFIX = '_by_'
/** What follows a table's name in those of all that is declared: these and the search index. */
export const DECLARED = '_(by|search)_'

/** What an app declares for one schema. */
export interface DeclaredIndexes {
  readonly indexes: readonly (readonly string[])[]
  readonly search?: DeclaredSearch | undefined
}

/**
 * Statements that make the declared indexes, by their names. An index has the columns in their order, then
 * the document's id: what a page with that order, or with a filter on the first of them, is read from. Of values that
 * can be long it holds the beginning, see `sortPrefix`. Throws INVALID_ARGUMENT.
 */
export function viewIndexes(
  names: Names,
  views: ViewsTable,
  { indexes, search }: DeclaredIndexes,
): Map<string, string> {
  if (indexes.length > MAX_INDEXES) throw invalid('indexes', `at most ${MAX_INDEXES} of a schema`, `${indexes.length}`)
  const found = new Map<string, string>()
  for (const fields of indexes) {
    if (fields.length === 0 || fields.length > MAX_INDEX_FIELDS) {
      throw invalid('indexes', `1 to ${MAX_INDEX_FIELDS} fields`, `${fields.length}`)
    }
    const columns = fields.map((field) => indexedColumn(views, field))
    // Columns of a wide schema's other tables cannot be in the index of the first one's.
    const group = columns[0]?.group ?? 0
    const there = columns.filter((column) => column.group === group)
    const keys = there.map(indexKey)
    if (group === 0) keys.push('id')
    const name = `${views.alias(group)}${INFIX}${there.map(({ column }) => column).join('_')}`
    found.set(name, `CREATE INDEX IF NOT EXISTS ${name} ON ${views.name(names, group)} (${keys.join(', ')});`)
  }
  const searched = search && searchIndex(names, views, search)
  if (searched) found.set(...searched)
  return found
}

/**
 * The beginning of a value that may be too long for an index, whose order the whole values refine; undefined where
 * every value fits.
 */
export function sortPrefix({ type: { type } }: FieldColumn): ((whole: Fragment) => Fragment) | undefined {
  if (type === 'str') return (whole) => sql`left(${whole}, ${sql.raw(`${PREFIX_CHARACTERS}`)})`
  if (type === 'bytes' || type === 'pinned_relation') {
    return (whole) => sql`substr(${whole}, 1, ${sql.raw(`${PREFIX_BYTES}`)})`
  }
  return undefined
}

function indexKey({ type: { type }, column }: FieldColumn): string {
  if (type === 'str') return `left(${column}, ${PREFIX_CHARACTERS})`
  return type === 'bytes' || type === 'pinned_relation' ? `substr(${column}, 1, ${PREFIX_BYTES})` : column
}

function indexedColumn(views: ViewsTable, field: string): FieldColumn {
  const column = views.columns.get(field)
  if (column && !isListType(column.type.type)) return column
  throw invalid('indexes', 'fields of the schema that have an order of their own', field)
}

function invalid(field: string, expected: string, got: string): RakkoError {
  return new RakkoError('INVALID_ARGUMENT', `Invalid ${field}: expected ${expected}, got ${got}`, {
    field,
    expected,
    got,
  })
}
