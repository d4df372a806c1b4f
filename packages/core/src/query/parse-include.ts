import type { RelationFieldType } from '../field/field-types.js'
import type { SchemaId } from '../ids.js'
import type { RakkoError } from '../rakko-error.js'
import { refusal } from '../refusal.js'
import type { Schema } from '../schema/schema.js'
import { invalidQuery } from './invalid-query.js'
import { parseFilter } from './parse-filter.js'
import { parseListOrder } from './parse-order.js'
import { parsePage } from './parse-page.js'
import { isPlainObject, unknownMember } from './plain-object.js'
import {
  DEFAULT_INCLUDED_LENGTH,
  type Include,
  LIST_POSITION,
  MAX_INCLUDE_DEPTH,
  MAX_INCLUDED_ROWS,
  MAX_INCLUDES,
} from './query.js'
import { isListType } from './query-field.js'

/** The schema that a relation leads to, where it is known. */
export type SchemaLookup = (id: SchemaId) => Schema | undefined

const SINGLE_MEMBERS = ['where', 'include']
const LIST_MEMBERS = [...SINGLE_MEMBERS, 'orderBy', 'first', 'last', 'after', 'before', 'count', 'page']

/** Reads an `include` of a page of `rows` rows. Throws INVALID_QUERY and SCHEMA_NOT_FOUND. */
export function parseInclude(include: unknown, schema: Schema, schemaOf: SchemaLookup, rows: number): Include[] {
  return parseLevel(include, schema, schemaOf, 'include', 1, rows, { left: MAX_INCLUDES })
}

function parseLevel(
  include: unknown,
  schema: Schema,
  schemaOf: SchemaLookup,
  path: string,
  depth: number,
  rows: number,
  budget: { left: number },
): Include[] {
  if (!isPlainObject(include)) throw invalidQuery(path, 'an object of relation fields', include)
  if (depth > MAX_INCLUDE_DEPTH) throw invalidQuery(path, `at most ${MAX_INCLUDE_DEPTH} levels`, depth)
  const includes: Include[] = []
  for (const [field, value] of Object.entries(include)) {
    if (value === undefined || value === false) continue
    const at = `${path}.${field}`
    if (--budget.left < 0) throw invalidQuery(at, `at most ${MAX_INCLUDES} relations`, MAX_INCLUDES + 1)
    const type = schema.fields.get(field)
    if (type === undefined || !('schemaId' in type)) throw invalidQuery(at, `a relation field of ${schema.name}`, field)
    const target = schemaOf(type.schemaId)
    if (target === undefined) throw schemaNotFound(at, type.schemaId)
    const input = value === true ? {} : value
    checkMembers(input, type.type, at)
    const { where = {}, orderBy, include: deeper } = input
    const filter = parseFilter(where, target, `${at}.where`)
    const order = isListType(type.type)
      ? parseListOrder(orderBy, target, filter, `${at}.orderBy`)
      : [{ field: LIST_POSITION, direction: 'asc' as const }]
    const page = isListType(type.type)
      ? parsePage(input, order, target, `${at}.`, DEFAULT_INCLUDED_LENGTH)
      : { first: 1 }
    const included = rows * page.first
    if (included > MAX_INCLUDED_ROWS) {
      throw invalidQuery(`${at}.first`, `shorter pages, ${MAX_INCLUDED_ROWS} rows in all at the most`, included)
    }
    const nested =
      deeper !== undefined && parseLevel(deeper, target, schemaOf, `${at}.include`, depth + 1, included, budget)
    includes.push({
      field,
      type: type.type,
      query: { schemaId: target.id, filter, order, ...page, ...(nested && { include: nested }) },
      ...(input.page === true && { asPage: true }),
    })
  }
  return includes
}

function checkMembers(
  input: unknown,
  type: RelationFieldType,
  path: string,
): asserts input is Readonly<Record<string, unknown>> {
  if (!isPlainObject(input)) throw invalidQuery(path, 'true or an object', input)
  const members = isListType(type) ? LIST_MEMBERS : SINGLE_MEMBERS
  const unknown = unknownMember(input, members)
  if (unknown !== undefined) throw invalidQuery(`${path}.${unknown}`, `one of ${members.join(', ')}`, unknown)
  const { page } = input
  if (page !== undefined && typeof page !== 'boolean') throw invalidQuery(`${path}.page`, 'true or false', page)
}

function schemaNotFound(field: string, got: string): RakkoError {
  const expected = 'a relation to a known schema'
  return refusal('SCHEMA_NOT_FOUND', { field, expected, got, about: `Invalid query, ${field}` })
}
