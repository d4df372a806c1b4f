import { type FilterValue, HASH_BYTES, LIST_POSITION, type OrderKey, type QueryFieldType } from '@rakko/core'
import { sql } from 'kysely'
import { type Fragment, LIST_POSITION_SQL, type QuerySource } from './query-source.js'
import { boundValue } from './query-value.js'

/** An order key in SQL, never NULL. */
export interface CompiledKey {
  readonly sql: Fragment
  readonly type: QueryFieldType
  readonly isDescending: boolean
}

/** No id is lower, and a cursor that holds it is as good as any. */
const LOWEST_ID = '00'.repeat(HASH_BYTES)

/** What a deleted document is sorted as, having no fields: an order needs a value everywhere. */
export function valueWhereDeleted(type: QueryFieldType): FilterValue {
  switch (type) {
    case 'bool':
    case 'flag':
      return false
    case 'int':
      return 0n
    case 'float':
      return 0
    case 'bytes':
      return new Uint8Array()
    case 'str':
      return ''
    default:
      return LOWEST_ID
  }
}

export function compileOrder(order: readonly OrderKey[], source: QuerySource): CompiledKey[] {
  return order.map(({ field, direction }) => {
    const isDescending = direction === 'desc'
    if (field === LIST_POSITION) return { sql: LIST_POSITION_SQL, type: 'int', isDescending }
    const { sql: reference, type, isNullable } = source.reference(field)
    const key = isNullable ? sql`COALESCE(${reference}, ${boundValue(type, valueWhereDeleted(type))})` : reference
    return { sql: key, type, isDescending }
  })
}

/** On which side of a row others lie; `from` and `to` are the opposites of `before` and `after`, and hold the row itself. */
export type Side = 'after' | 'before' | 'from' | 'to'

/** Rows on a side of the one that had these values, one a key: keyset paging, exact however rows come and go. */
export function compileSide(side: Side, keys: readonly CompiledKey[], values: readonly FilterValue[]): Fragment {
  const bound = keys.map(({ type }, index) => boundValue(type, values[index] as FilterValue))
  const [first] = keys
  const isForward = side === 'after' || side === 'from'
  const holdsRow = side === 'from' || side === 'to'
  if (first && keys.every(({ isDescending }) => isDescending === first.isDescending)) {
    const isGreater = isForward !== first.isDescending
    const operator = sql.raw(`${isGreater ? '>' : '<'}${holdsRow ? '=' : ''}`)
    return sql`(${sql.join(keys.map((key) => key.sql))}) ${operator} (${sql.join(bound)})`
  }
  // Mixed directions: beyond it in the first key, or equal in it and beyond in those that follow.
  const beyond = (index: number): Fragment => {
    const key = keys[index]
    const value = bound[index]
    if (!key || !value) return holdsRow ? sql`true` : sql`false`
    const operator = sql.raw(isForward !== key.isDescending ? '>' : '<')
    return sql`(${key.sql} ${operator} ${value} OR (${key.sql} = ${value} AND ${beyond(index + 1)}))`
  }
  return beyond(0)
}
