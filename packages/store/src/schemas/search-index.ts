import { MAX_SEARCH_FIELDS, type RakkoError, refusal, type SearchLanguage } from '@rakko/core'
import { digest } from '../sql/digest.js'
import { type Sql, sql } from '../sql/sql.js'
import type { DeclaredSearch } from '../store.js'
import type { Names } from '../tables/names.js'
import type { FieldColumn, ViewsTable } from '../tables/views-table.js'

/**
 * Characters that one search looks at, which its fields share evenly. What stands behind is stored but not searched. A
 * tsvector over 1 MB is an error. The largest one comes from that many different Chinese characters, each of them a
 * word of two.
 */
export const MAX_SEARCHED_CHARACTERS = 65_536

/** PostgreSQL's marks, from 1.0 down to 0.1; fields from the fourth on weigh the same. */
const WEIGHTS = [sql`'A'`, sql`'B'`, sql`'C'`, sql`'D'`]

/**
 * The expression that is searched, and indexed where it is the declared one. `references` are the fields' columns in
 * SQL. migrations/0008-search-words.ts says what a word is. No character of the text code (sql/text-code.ts) is part of
 * one, nor are the characters that it stands for. So the stored form has the words of the text.
 */
export function searchVector(names: Names, references: readonly Sql[], language: SearchLanguage): Sql {
  const share = sql.integer(Math.floor(MAX_SEARCHED_CHARACTERS / references.length))
  const config = searchConfig(language)
  const weighed = references.map((reference, index) => {
    const weight = WEIGHTS[Math.min(index, WEIGHTS.length - 1)] ?? sql.empty
    const words = sql`${names.schema}.search_words(${config}, left(${reference}, ${share}))`
    return sql`setweight(to_tsvector(${config}, ${words}), ${weight})`
  })
  return sql.join(weighed, ' || ')
}

/** PostgreSQL's configuration for a language. */
export function searchConfig(language: SearchLanguage): Sql {
  return sql`'pg_catalog.${sql.id(language)}'`
}

/**
 * Stands between the table's name and the digest of the definition, by which the catalog says whether an index is
 * the declared one.
 */
const INFIX = '_search_'

/**
 * The statement that makes the index, and its name. Undefined where the fields of a wide schema lie in several tables:
 * they are searched without an index. Throws INVALID_ARGUMENT.
 */
export function searchIndex(
  names: Names,
  views: ViewsTable,
  { fields, language }: DeclaredSearch,
): readonly [name: string, create: Sql] | undefined {
  if (fields.length === 0 || fields.length > MAX_SEARCH_FIELDS || new Set(fields).size < fields.length) {
    throw invalid(`1 to ${MAX_SEARCH_FIELDS} different fields`, fields.join(', '))
  }
  const columns = fields.map((field) => searchedColumn(views, field))
  const [{ group } = { group: 0 }] = columns
  if (columns.some((column) => column.group !== group)) return undefined
  const vector = searchVector(
    names,
    columns.map((column) => column.sql),
    language,
  )
  const name = `${views.alias(group)}${INFIX}${digest(vector.text)}`
  // Every search reads what waits in the index to be sorted in, and only a write sorts it in.
  const create = sql`CREATE INDEX IF NOT EXISTS ${sql.id(name)} ON ${views.name(names, group)}
    USING gin ((${vector})) WITH (gin_pending_list_limit = ${sql.integer(PENDING_KILOBYTES)});`
  return [name, create]
}

const PENDING_KILOBYTES = 256

export function searchedColumn(views: ViewsTable, field: string): FieldColumn {
  const column = views.columns.get(field)
  if (column?.type.type === 'str') return column
  throw invalid('text fields of the schema', field)
}

function invalid(expected: string, got: string): RakkoError {
  return refusal('INVALID_ARGUMENT', { field: 'search', expected, got })
}
