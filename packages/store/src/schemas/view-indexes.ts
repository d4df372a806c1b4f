import { isListType, MAX_INDEX_FIELDS, MAX_INDEXES, RakkoError } from '@rakko/core'
import { type RawBuilder, sql } from 'kysely'
import type { Driver, Session } from '../driver/driver.js'
import type { Names } from '../sql/names.js'
import { type DeclaredSearch, searchIndex } from './search-index.js'
import type { FieldColumn, ViewsTable } from './views-table.js'

type Fragment = RawBuilder<unknown>

/** A btree key may have 2 704 bytes; the values of four columns and an id stay below. */
const PREFIX_CHARACTERS = 128
const PREFIX_BYTES = 512

/** Names tell what an index is over, so that the catalog says which ones are there: `d7_by_f0_f3`. */
const INFIX = '_by_'
/** Of all that is declared: these and the search index. */
const DECLARED = '_(by|search)_'

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

interface Declared extends DeclaredIndexes {
  /** Of the schema. */
  readonly number: number
  readonly views: ViewsTable
}

/** Makes the indexes of the tables that are there those that are declared: one statement where they are already. */
export async function declareIndexes(driver: Driver, names: Names, declared: readonly Declared[]): Promise<void> {
  const wanted = declared.map(({ number, views, ...indexes }) => ({
    number,
    views,
    made: viewIndexes(names, views, indexes),
  }))
  if (wanted.length === 0) return
  const isMissed = await changes(driver, names, wanted)
  if (isMissed.length === 0) return
  await driver.transaction(async (session) => {
    // An ingest that makes a table holds the same lock.
    await session.query(`SELECT one FROM ${names.table('arrival')} FOR UPDATE`)
    const statements = await changes(session, names, wanted)
    if (statements.length > 0) await session.exec(statements.join('\n'))
  })
  await driver.flush()
}

/** Statements that drop what is declared no longer and make what is missing, on tables that are there. */
async function changes(
  session: Session,
  names: Names,
  wanted: readonly {
    readonly number: number
    readonly views: ViewsTable
    readonly made: ReadonlyMap<string, string>
  }[],
): Promise<string[]> {
  // Every start asks this. The view pg_indexes joins four tables, which takes longer to plan than all of this to run.
  const { rows } = await session.query<{ number: number; there: string[] }>(
    `SELECT number, ARRAY(
      SELECT relname::text FROM pg_class
      WHERE relnamespace = $1::regnamespace AND relkind = 'i' AND relname ~ ('^d' || number || '(_[0-9]+)?' || $2)
    ) AS there FROM ${names.table('schemas')} WHERE has_table AND number = ANY($3::integer[])`,
    [names.schema, DECLARED, wanted.map(({ number }) => number)],
  )
  return rows.flatMap(({ number, there }) => {
    const made = wanted.find((schema) => schema.number === number)?.made ?? new Map<string, string>()
    const drops = there.filter((name) => !made.has(name)).map((name) => `DROP INDEX IF EXISTS ${names.schema}.${name};`)
    return [...drops, ...[...made].filter(([name]) => !there.includes(name)).map(([, create]) => create)]
  })
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
