import type { Schema } from '../schema/schema.js'
import { decodeCursor } from './cursor.js'
import { invalidQuery } from './invalid-query.js'
import { parseFilter } from './parse-filter.js'
import { parseOrder } from './parse-order.js'
import { isPlainObject } from './plain-object.js'
import { DEFAULT_PAGE_LENGTH, MAX_PAGE_LENGTH, type Query } from './query.js'

const MEMBERS = ['where', 'orderBy', 'first', 'after']

/**
 * Checks what a caller asks for against the schema it asks about; nothing of the input is trusted. Members that are
 * undefined count as absent. Throws INVALID_QUERY with `field`, `expected` and `got`.
 */
export function parseQuery(input: unknown, schema: Schema): Query {
  if (!isPlainObject(input)) throw invalidQuery('query', 'an object', input)
  for (const key of Object.keys(input)) {
    if (!MEMBERS.includes(key)) throw invalidQuery(key, `one of ${MEMBERS.join(', ')}`, key)
  }
  const { where = {}, orderBy, first = DEFAULT_PAGE_LENGTH, after } = input
  const filter = parseFilter(where, schema)
  const order = parseOrder(orderBy, schema)
  if (typeof first !== 'number' || !Number.isInteger(first) || first < 1 || first > MAX_PAGE_LENGTH) {
    throw invalidQuery('first', `an integer from 1 to ${MAX_PAGE_LENGTH}`, first)
  }
  const query = { schemaId: schema.id, filter, order, first }
  return after === undefined ? query : { ...query, after: decodeCursor(after, order, schema) }
}
