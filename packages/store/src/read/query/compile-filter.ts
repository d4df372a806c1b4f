import { type ComparisonOperator, type Filter, isListType } from '@rakko/core'
import { type Sql, sql } from '../../sql/sql.js'
import { compileSearch } from './compile-search.js'
import type { QuerySource } from './query-source.js'
import { boundSet, boundValue } from './query-value.js'

/** As many as `strpos` compares in twice the time that a regular expression takes. */
const MAX_COMPARED_BYTES = sql.integer(32)

const TRUE = sql`true`
const FALSE = sql`false`

/** Those that are written between two values. */
type Between = Exclude<ComparisonOperator, 'in' | 'notIn' | 'contains' | 'notContains'>

const COMPARISONS: Readonly<Record<Between, Sql>> = {
  eq: sql`=`,
  notEq: sql`<>`,
  gt: sql`>`,
  gte: sql`>=`,
  lt: sql`<`,
  lte: sql`<=`,
}

/** What a comparison of two values says of their beginnings. Different values may have the same beginning. */
const PREFIX_COMPARISONS: Readonly<Partial<Record<ComparisonOperator, Sql>>> = {
  eq: sql`=`,
  gt: sql`>=`,
  gte: sql`>=`,
  lt: sql`<=`,
  lte: sql`<=`,
}

/**
 * A filter as a condition that is true or false, never NULL. Text compares by code points. Floats compare as PostgreSQL
 * does: NaN equals itself and is greater than all else, −0 equals 0. No comparison holds for a field of a deleted
 * document, `notEq` neither.
 */
export function compileFilter(filter: Filter, source: QuerySource): Sql {
  switch (filter.kind) {
    case 'and':
      return join(filter.filters, source, ' AND ', TRUE)
    case 'or':
      return join(filter.filters, source, ' OR ', FALSE)
    case 'not':
      return sql`NOT ${compileFilter(filter.filter, source)}`
    case 'search':
      return compileSearch(filter, source)
    case 'compare':
      return compileComparison(filter, source)
  }
}

function join(filters: readonly Filter[], source: QuerySource, separator: string, empty: Sql): Sql {
  if (filters.length === 0) return empty
  const conditions = filters.map((member) => compileFilter(member, source))
  return sql`(${sql.join(conditions, separator)})`
}

function compileComparison(filter: Extract<Filter, { kind: 'compare' }>, source: QuerySource): Sql {
  const { sql: field, type, isNullable, prefix } = source.reference(filter.field)
  const { operator, values } = filter
  const condition = (): Sql => {
    if (operator === 'in' || operator === 'notIn') {
      const set = boundSet(type, values)
      const within = isListType(type) ? overlaps(field, set, values.length) : sql`${field} = ANY(${set})`
      if (operator === 'in') return within
      // `NOT NULL = ANY('{}')` is true, so a NULL field has to be excluded by itself.
      return isNullable ? sql`${field} IS NOT NULL AND NOT (${within})` : sql`NOT (${within})`
    }
    const [value] = values
    if (value === undefined) throw new Error(`a comparison by ${operator} has no value`)
    const bound = boundValue(type, value)
    if (operator === 'contains') return contains(field, bound)
    if (operator === 'notContains') return sql`NOT ${contains(field, bound)}`
    const comparison = sql`${field} ${COMPARISONS[operator]} ${bound}`
    const lossy = PREFIX_COMPARISONS[operator]
    // An index holds only the beginning of the field. It is searched by that, and the whole value decides.
    return prefix && lossy ? sql`${prefix(field)} ${lossy} ${prefix(bound)} AND ${comparison}` : comparison
  }
  return isNullable ? sql`COALESCE(${condition()}, false)` : sql`(${condition()})`
}

/**
 * NULL where the field is. `strpos` compares up to all of what it looks for at every place, so that a long one costs a
 * product. As a regular expression, `***=` before a literal, it costs one step a place. To prepare that takes longer than
 * to look through short texts, so those that are too short are passed over. The statement's text is the same for all.
 */
function contains(field: Sql, text: Sql): Sql {
  return sql`(CASE WHEN octet_length(${text}) <= ${MAX_COMPARED_BYTES} THEN strpos(${field}, ${text}) > 0
    WHEN octet_length(${field}) >= octet_length(${text}) THEN ${field} ~ ('***=' || ${text})
    WHEN ${field} IS NOT NULL THEN false END)`
}

/**
 * `&&` compares each element with each value. More than 8 values behind `= ANY` PostgreSQL looks up by their hashes.
 */
function overlaps(list: Sql, set: Sql, values: number): Sql {
  if (values <= 8) return sql`${list} && ${set}`
  return sql`EXISTS (SELECT FROM unnest(${list}) AS element WHERE element = ANY(${set}))`
}
