import {
  type FilterValue,
  LIST_POSITION,
  type Query,
  type QueryFieldType,
  queryRules,
  RANK,
  searchesOf,
} from '@rakko/core'
import { type Sql, sql } from '../../sql/sql.js'
import { compileRank } from './compile-search.js'
import { LIST_POSITION_SQL, type QuerySource } from './query-source.js'
import { boundValue } from './query-value.js'

/** An order key in SQL, never NULL. */
export interface CompiledKey {
  readonly sql: Sql
  readonly type: QueryFieldType
  readonly isDescending: boolean
  /** See FieldReference. */
  readonly prefix?: (whole: Sql) => Sql
}

export function compileOrder({ order, filter }: Query, source: QuerySource): CompiledKey[] {
  return order.map(({ field, direction }) => {
    const isDescending = direction === 'desc'
    if (field === LIST_POSITION) return { sql: LIST_POSITION_SQL, type: 'int', isDescending }
    if (field === RANK) {
      const [search] = searchesOf(filter)
      if (!search) throw new Error('nothing is searched for')
      return { sql: compileRank(search, source), type: 'float', isDescending }
    }
    const { sql: reference, type, isNullable, prefix } = source.reference(field)
    const key = isNullable ? sql`COALESCE(${reference}, ${boundValue(type, queryRules(type).whereDeleted)})` : reference
    return { sql: key, type, isDescending, ...(prefix && !isNullable && { prefix }) }
  })
}

/**
 * On which side of a row others lie. `from` and `to` are the opposites of `before` and `after`, and include the row.
 */
export type Side = 'after' | 'before' | 'from' | 'to'

/** Rows on one side of the row that had these values, one value a key. So pages stay exact however rows come and go. */
export function compileSide(side: Side, keys: readonly CompiledKey[], values: readonly FilterValue[]): Sql {
  const parts = keys.flatMap(({ sql: reference, type, isDescending, prefix }, index) => {
    const value = boundValue(type, values[index] as FilterValue)
    const whole = { reference, value, isDescending }
    return prefix ? [{ reference: prefix(reference), value: prefix(value), isDescending }, whole] : [whole]
  })
  const [first] = parts
  const isForward = side === 'after' || side === 'from'
  const holdsRow = side === 'from' || side === 'to'
  if (first && parts.every(({ isDescending }) => isDescending === first.isDescending)) {
    const isGreater = isForward !== first.isDescending
    const operator = sql.raw(`${isGreater ? '>' : '<'}${holdsRow ? '=' : ''}`)
    const references = sql.join(parts.map(({ reference }) => reference))
    return sql`(${references}) ${operator} (${sql.join(parts.map(({ value }) => value))})`
  }
  // For mixed directions: beyond the row in the first key, or equal in it and beyond in the keys that follow.
  const beyond = (index: number): Sql => {
    const part = parts[index]
    if (!part) return holdsRow ? sql`true` : sql`false`
    const { reference, value, isDescending } = part
    const operator = sql.raw(isForward !== isDescending ? '>' : '<')
    return sql`(${reference} ${operator} ${value} OR (${reference} = ${value} AND ${beyond(index + 1)}))`
  }
  return beyond(0)
}
