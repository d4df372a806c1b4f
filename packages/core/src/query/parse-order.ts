import type { Schema } from '../schema/schema.js'
import { invalidQuery } from './invalid-query.js'
import { searchesOf } from './parse-search.js'
import { isPlainObject } from './plain-object.js'
import { type Filter, LIST_POSITION, MAX_ORDER_KEYS, type OrderKey } from './query.js'
import { isListType, orderKeyType } from './query-field.js'
import { RANK } from './search.js'

/**
 * Reads an `orderBy`: `'name'`, `{ name: 'desc' }` (several names count in their order) or a list of both. The last key
 * is always `$id`, ascending unless asked for otherwise. So no two documents tie, and a page can go on behind any of
 * them. `filter` tells whether there is a relevance to sort by. Throws INVALID_QUERY.
 */
export function parseOrder(orderBy: unknown, schema: Schema, filter: Filter): OrderKey[] {
  const keys = parseKeys(orderBy, schema, filter, 'orderBy')
  if (keys[keys.length - 1]?.field !== '$id') keys.push({ field: '$id', direction: 'asc' })
  return keys
}

/** The order of an included list: what is asked for, then its own. */
export function parseListOrder(orderBy: unknown, schema: Schema, filter: Filter, path: string): OrderKey[] {
  return [...parseKeys(orderBy, schema, filter, path), { field: LIST_POSITION, direction: 'asc' }]
}

function parseKeys(orderBy: unknown, schema: Schema, filter: Filter, path: string): OrderKey[] {
  const given: readonly unknown[] = orderBy === undefined ? [] : Array.isArray(orderBy) ? orderBy : [orderBy]
  const keys: OrderKey[] = []
  for (const [i, input] of given.entries()) {
    for (const key of parseItem(input, Array.isArray(orderBy) ? `${path}[${i}]` : path)) {
      const at = `${path}.${key.field}`
      if (key.field === RANK && searchesOf(filter).length !== 1) {
        throw invalidQuery(at, 'one $search to be relevant for', searchesOf(filter).length)
      }
      if (key.field === LIST_POSITION || isListType(orderKeyType(schema, key.field, at))) {
        throw invalidQuery(at, 'a field with an order of its own, not a list', key.field)
      }
      if (keys.some(({ field }) => field === key.field)) throw invalidQuery(at, 'every key once', key.field)
      if (keys.some(({ field }) => field === '$id')) throw invalidQuery(at, 'nothing after $id', key.field)
      if (keys.length === MAX_ORDER_KEYS) {
        throw invalidQuery(at, `at most ${MAX_ORDER_KEYS} keys`, keys.length + given.length - i)
      }
      keys.push(key)
    }
  }
  return keys
}

function parseItem(input: unknown, path: string): OrderKey[] {
  if (typeof input === 'string') return [{ field: input, direction: 'asc' }]
  const entries = isPlainObject(input) ? Object.entries(input).filter(([, direction]) => direction !== undefined) : []
  if (entries.length === 0) throw invalidQuery(path, "'field' or { field: 'asc' | 'desc' }", input)
  return entries.map(([field, direction]) => {
    if (direction === 'asc' || direction === 'desc') return { field, direction }
    throw invalidQuery(`${path}.${field}`, "'asc' or 'desc'", direction)
  })
}
