import type { Schema } from '../schema/schema.js'
import { invalidQuery } from './invalid-query.js'
import { isPlainObject } from './plain-object.js'
import { MAX_ORDER_KEYS, type OrderKey } from './query.js'
import { queryFieldType } from './query-field.js'

/**
 * Reads an `orderBy`: `'name'`, `{ name: 'desc' }` or a list of both. The last key is always `$id`, ascending unless
 * asked for otherwise, so that no two documents tie and a page can go on behind any of them. Throws INVALID_QUERY.
 */
export function parseOrder(orderBy: unknown, schema: Schema): OrderKey[] {
  const given: readonly unknown[] = orderBy === undefined ? [] : Array.isArray(orderBy) ? orderBy : [orderBy]
  if (given.length > MAX_ORDER_KEYS) throw invalidQuery('orderBy', `at most ${MAX_ORDER_KEYS} keys`, given)
  const keys: OrderKey[] = []
  for (const [i, input] of given.entries()) {
    const path = Array.isArray(orderBy) ? `orderBy[${i}]` : 'orderBy'
    const key = parseKey(input, path)
    const type = queryFieldType(schema, key.field, path)
    if (type === 'relation_list' || type === 'pinned_relation_list') {
      throw invalidQuery(path, 'a field with an order of its own, not a list', key.field)
    }
    if (keys.some(({ field }) => field === key.field)) throw invalidQuery(path, 'every key once', key.field)
    if (keys.some(({ field }) => field === '$id')) throw invalidQuery(path, 'nothing after $id', key.field)
    keys.push(key)
  }
  if (keys[keys.length - 1]?.field !== '$id') keys.push({ field: '$id', direction: 'asc' })
  return keys
}

function parseKey(input: unknown, path: string): OrderKey {
  if (typeof input === 'string') return { field: input, direction: 'asc' }
  const [entry, ...others] = isPlainObject(input) ? Object.entries(input) : []
  if (!entry || others.length > 0) throw invalidQuery(path, "'field' or { field: 'asc' | 'desc' }", input)
  const [field, direction] = entry
  if (direction === 'asc' || direction === 'desc') return { field, direction }
  throw invalidQuery(`${path}.${field}`, "'asc' or 'desc'", direction)
}
