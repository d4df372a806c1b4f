import { type FilterValue, HASH_BYTES, type OrderKey, type QueryFieldType } from '@rakko/core'
import { type RawBuilder, sql } from 'kysely'
import type { Fragment, QuerySource } from './query-source.js'
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
    const { sql: reference, type, isNullable } = source.reference(field)
    const key = isNullable ? sql`COALESCE(${reference}, ${boundValue(type, valueWhereDeleted(type))})` : reference
    return { sql: key, type, isDescending: direction === 'desc' }
  })
}

/** Rows behind the one that had these values, one a key: keyset paging, exact however rows come and go before it. */
export function compileAfter(keys: readonly CompiledKey[], values: readonly FilterValue[]): RawBuilder<unknown> {
  const bound = keys.map(({ type }, index) => boundValue(type, values[index] as FilterValue))
  const [first] = keys
  if (first && keys.every(({ isDescending }) => isDescending === first.isDescending)) {
    const row = sql.join(keys.map((key) => key.sql))
    return sql`(${row}) ${first.isDescending ? sql`<` : sql`>`} (${sql.join(bound)})`
  }
  // Mixed directions: behind in the first key, or equal in it and behind in those that follow.
  const behind = (index: number): Fragment => {
    const key = keys[index]
    const value = bound[index]
    if (!key || !value) return sql`false`
    const beyond = sql`${key.sql} ${key.isDescending ? sql`<` : sql`>`} ${value}`
    return sql`(${beyond} OR (${key.sql} = ${value} AND ${behind(index + 1)}))`
  }
  return behind(0)
}
