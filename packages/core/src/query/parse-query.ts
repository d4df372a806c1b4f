import type { Schema } from '../schema/schema.js'
import { invalidQuery } from './invalid-query.js'
import { parseFilter } from './parse-filter.js'
import { parseInclude, type SchemaLookup } from './parse-include.js'
import { parseOrder } from './parse-order.js'
import { parsePage } from './parse-page.js'
import { isPlainObject, unknownMember } from './plain-object.js'
import type { Query } from './query.js'

const MEMBERS = ['where', 'orderBy', 'first', 'last', 'after', 'before', 'count', 'include']

/**
 * Checks what a caller asks for against its schema and those of included relations. Nothing of the input is trusted.
 * Members that are undefined count as absent. Throws INVALID_QUERY with `field`, `expected` and `got`, and
 * SCHEMA_NOT_FOUND for an included relation whose schema `schemaOf` does not know.
 */
export function parseQuery(input: unknown, schema: Schema, schemaOf: SchemaLookup = () => undefined): Query {
  if (!isPlainObject(input)) throw invalidQuery('query', 'an object', input)
  const unknown = unknownMember(input, MEMBERS)
  if (unknown !== undefined) throw invalidQuery(unknown, `one of ${MEMBERS.join(', ')}`, unknown)
  const { where = {}, orderBy, include } = input
  const filter = parseFilter(where, schema)
  const order = parseOrder(orderBy, schema, filter)
  const query = { schemaId: schema.id, filter, order, ...parsePage(input, order, schema) }
  return include === undefined ? query : { ...query, include: parseInclude(include, schema, schemaOf, query.first) }
}
