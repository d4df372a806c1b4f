import { expect, it } from 'vitest'
import { randomNumbers } from '../../../../.config/testing/random.js'
import { seeds } from '../../../../.config/testing/seeds.js'
import type { SchemaId } from '../../src/ids.js'
import { encodeCursor } from '../../src/query/cursor.js'
import { parseQuery } from '../../src/query/parse-query.js'
import {
  type Filter,
  MAX_CONTAINED_CHARACTERS,
  MAX_FILTER_SEARCHES,
  MAX_FILTER_TERMS,
  MAX_FILTER_VALUES,
  MAX_INCLUDED_ROWS,
  MAX_INCLUDES,
  MAX_ORDER_KEYS,
  MAX_PAGE_LENGTH,
  META_FIELDS,
  type Query,
} from '../../src/query/query.js'
import { orderKeyType, type QueryFieldType, queryFieldType, queryRules } from '../../src/query/query-field.js'
import { relatedSchemas } from '../../src/query/related-schemas.js'
import { MAX_SEARCH_CHARACTERS, SEARCH_LANGUAGES } from '../../src/query/search.js'
import { RakkoError } from '../../src/rakko-error.js'
import type { FieldType, Schema } from '../../src/schema/schema.js'

const QUERIES = 3_000
const ID = `0020${'ab'.repeat(32)}`
const SELF = `thing_${ID}` as SchemaId
const FIELDS: Record<string, FieldType> = {
  a: { type: 'bool' },
  b: { type: 'int' },
  c: { type: 'float' },
  d: { type: 'str' },
  e: { type: 'bytes' },
  f: { type: 'relation', schemaId: SELF },
  g: { type: 'relation_list', schemaId: SELF },
  h: { type: 'pinned_relation', schemaId: SELF },
  i: { type: 'pinned_relation_list', schemaId: SELF },
}
const THING: Schema = { id: SELF, name: 'thing', description: '', fields: new Map(Object.entries(FIELDS)) }

const KEYS = [
  ...Object.keys(FIELDS),
  ...META_FIELDS,
  ...['where', 'orderBy', 'first', 'last', 'after', 'before', 'count', 'include', 'page'],
  ...['$and', '$or', '$not', '$search', '$rank', '$position', 'text', 'fields', 'language', 'prefix'],
  ...['eq', 'notEq', 'in', 'notIn', 'gt', 'gte', 'lt', 'lte', 'contains', 'notContains'],
  ...['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'length', '', '0', '$', 'then'],
]

class Odd {
  readonly eq = 1
}

/** Values that a query, rightly or wrongly placed, may be made of. */
const ATOMS: readonly (() => unknown)[] = [
  () => undefined,
  () => null,
  () => true,
  () => false,
  () => 0,
  () => 1,
  () => -1,
  () => 1.5,
  () => Number.NaN,
  () => Number.POSITIVE_INFINITY,
  () => -0,
  () => 2 ** 53,
  () => 10_001,
  () => 1n,
  () => 2n ** 63n,
  () => '',
  () => 'asc',
  () => 'desc',
  () => 'simple',
  () => '\ud800',
  () => '\0',
  () => "'; --",
  () => ID,
  () => `${ID}_0020${'cd'.repeat(32)}`,
  () => 'ef'.repeat(32),
  () => 'x'.repeat(2_000),
  () => encodeCursor([{ field: '$id', direction: 'asc' }], [ID]),
  () => 'WzFd',
  () => new Uint8Array([1]),
  () => new ArrayBuffer(1),
  () => new Date(0),
  () => new Map([['eq', 1]]),
  () => new Set([1]),
  () => /x/,
  () => new Odd(),
  () => Symbol('s'),
  () => () => 1,
  () => new Array(3),
  () => Object.create(null),
  () => Promise.resolve(1),
  () => new Error('x'),
]

let next: () => number
const integer = (below: number): number => Math.floor(next() * below)
const pick = <Item>(items: readonly Item[]): Item => items[integer(items.length)] as Item

function junk(depth: number): unknown {
  const kind = next()
  if (depth === 0 || kind < 0.3) return kind < 0.1 ? pick(KEYS) : pick(ATOMS)()
  if (kind < 0.45) return Array.from({ length: integer(4) }, () => junk(depth - 1))
  const object: Record<string, unknown> = {}
  for (let count = integer(4); count >= 0; count -= 1) {
    Object.defineProperty(object, pick(KEYS), {
      value: junk(depth - 1),
      enumerable: true,
      configurable: true,
      writable: true,
    })
  }
  if (kind > 0.97) object.$not = object
  return object
}

/** Mostly right: the junk then stands deep within. */
function nearlyRight(depth: number): unknown {
  const some = <Value>(value: () => Value): Value | undefined => (next() < 0.5 ? value() : undefined)
  return {
    where: some(() => where(depth)),
    orderBy: some(() => pick<() => unknown>([() => junk(1), () => pick(KEYS), () => ({ [pick(KEYS)]: 'desc' })])()),
    first: some(() => pick<unknown>([1, 10, 10_000, junk(0)])),
    include:
      depth > 0
        ? some(() => ({ [pick('fghi'.split(''))]: pick<unknown>([true, nearlyRight(depth - 1), junk(1)]) }))
        : undefined,
  }
}

function where(depth: number): unknown {
  const kind = next()
  if (depth === 0 || kind < 0.2) return { [pick([...Object.keys(FIELDS), ...META_FIELDS])]: junk(1) }
  if (kind < 0.4) return { $and: [where(depth - 1), where(depth - 1)] }
  if (kind < 0.5) return { $or: [where(depth - 1), junk(1)] }
  if (kind < 0.6) return { $not: where(depth - 1) }
  if (kind < 0.7) return { $search: junk(1) }
  return { [pick([...Object.keys(FIELDS), ...META_FIELDS])]: { [pick(KEYS)]: pick(ATOMS)() } }
}

const VALUE_TYPES: Readonly<Record<QueryFieldType, string>> = {
  bool: 'boolean',
  flag: 'boolean',
  int: 'bigint',
  float: 'number',
  str: 'string',
  bytes: 'object',
  relation: 'string',
  relation_list: 'string',
  pinned_relation: 'string',
  pinned_relation_list: 'string',
  id: 'string',
  'view id': 'string',
  'public key': 'string',
}

/** What a store relies on. */
function expectWellFormed(query: Query, rows = 1): void {
  const { filter, order, first, include = [] } = query
  expect(Number.isInteger(first) && first >= 1 && first <= MAX_PAGE_LENGTH).toBe(true)
  expect(rows * first).toBeLessThanOrEqual(MAX_INCLUDED_ROWS)
  expect(order.length).toBeGreaterThan(0)
  expect(order.length).toBeLessThanOrEqual(MAX_ORDER_KEYS + 1)
  for (const { field } of order) orderKeyType(THING, field, field)
  const counted = { terms: 0, values: 0, contained: 0, searches: 0 }
  expectFilter(filter, counted)
  expect(counted.terms).toBeLessThanOrEqual(MAX_FILTER_TERMS)
  expect(counted.values).toBeLessThanOrEqual(MAX_FILTER_VALUES)
  expect(counted.contained).toBeLessThanOrEqual(MAX_CONTAINED_CHARACTERS)
  expect(counted.searches).toBeLessThanOrEqual(MAX_FILTER_SEARCHES)
  expect(include.length).toBeLessThanOrEqual(MAX_INCLUDES)
  for (const { field, query: nested } of include) {
    expect(FIELDS[field]?.type).toMatch(/relation/)
    expectWellFormed(nested, rows * first)
  }
}

function expectFilter(filter: Filter, counted: Record<'terms' | 'values' | 'contained' | 'searches', number>): void {
  switch (filter.kind) {
    case 'and':
    case 'or':
      for (const member of filter.filters) expectFilter(member, counted)
      return
    case 'not':
      expectFilter(filter.filter, counted)
      return
    case 'search':
      counted.searches += 1
      expect(filter.text.length).toBeLessThanOrEqual(MAX_SEARCH_CHARACTERS)
      expect([undefined, ...SEARCH_LANGUAGES]).toContain(filter.language)
      for (const field of filter.fields ?? []) expect(FIELDS[field]?.type).toBe('str')
      return
    case 'compare': {
      const type = queryFieldType(THING, filter.field, filter.field)
      expect(queryRules(type).operators).toContain(filter.operator)
      counted.terms += 1
      counted.values += filter.values.length
      for (const value of filter.values) expect(typeof value).toBe(VALUE_TYPES[type])
      if (/contains/i.test(filter.operator)) counted.contained += String(filter.values[0]).length
      if (!filter.operator.toLowerCase().endsWith('in')) expect(filter.values).toHaveLength(1)
    }
  }
}

it.each(seeds())('Junk becomes a well-formed query or an INVALID_QUERY that says where (seed %d)', async (seed) => {
  next = randomNumbers(seed)
  let accepted = 0
  for (let round = 0; round < QUERIES; round += 1) {
    const input = round % 4 === 0 ? junk(4) : nearlyRight(3)
    let query: Query
    try {
      const known = await relatedSchemas(input, THING, async () => THING)
      query = parseQuery(input, THING, (id) => known.get(id))
    } catch (error) {
      if (!(error instanceof RakkoError)) throw error
      expect(error.code).toBe('INVALID_QUERY')
      expect(error.details).toMatchObject({ field: expect.any(String), expected: expect.any(String) })
      continue
    }
    accepted += 1
    expectWellFormed(query)
  }
  // Were nothing accepted, nothing would have been checked.
  expect(accepted).toBeGreaterThan(QUERIES / 50)
  expect(accepted).toBeLessThan(QUERIES)
})
