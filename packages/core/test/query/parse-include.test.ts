import { expect, it } from 'vitest'
import type { SchemaId } from '../../src/ids.js'
import { encodeCursor } from '../../src/query/cursor.js'
import { parseQuery } from '../../src/query/parse-query.js'
import { LIST_POSITION, MAX_INCLUDE_DEPTH, MAX_INCLUDES } from '../../src/query/query.js'
import { relatedSchemas } from '../../src/query/related-schemas.js'
import type { FieldType, Schema } from '../../src/schema/schema.js'
import { rakkoErrorOf } from '../rakko-error-of.js'

const schemaOf = (name: string, fields: Record<string, FieldType>): Schema => ({
  id: `${name}_0020${'c2'.repeat(32)}` as SchemaId,
  name,
  description: '',
  fields: new Map(Object.entries(fields)),
})
const NODE_ID = `node_0020${'c2'.repeat(32)}` as SchemaId
// A schema cannot lead to itself in the protocol; a query's limits are easier to meet with one that does.
const NODE = schemaOf('node', {
  name: { type: 'str' },
  next: { type: 'relation', schemaId: NODE_ID },
  all: { type: 'relation_list', schemaId: NODE_ID },
  far: { type: 'relation', schemaId: `far_0020${'aa'.repeat(32)}` as SchemaId },
})
const lookup = (id: SchemaId) => (id === NODE_ID ? NODE : undefined)
const parse = (input: unknown) => parseQuery(input, NODE, lookup)
const refusal = (input: unknown) => rakkoErrorOf(() => parse(input))
const nested = (levels: number): object => (levels === 0 ? {} : { include: { next: nested(levels - 1) } })

it('includes lists whose rows come to no more than the limit, a hundred each where nothing is said', () => {
  const [all] = parse({ first: 100, include: { all: { include: { all: true } } } }).include ?? []
  expect([all?.query.first, all?.query.include?.[0]?.query.first]).toEqual([100, 100])
})

it('reads an include as a query over what the field names', () => {
  const everything = { kind: 'and', filters: [] }
  const list = [{ field: LIST_POSITION, direction: 'asc' }]
  expect(parse({ include: { next: true, all: { page: true, orderBy: 'name', last: 3 }, far: false } }).include).toEqual(
    [
      { field: 'next', type: 'relation', query: { schemaId: NODE_ID, filter: everything, order: list, first: 1 } },
      {
        field: 'all',
        type: 'relation_list',
        query: {
          schemaId: NODE_ID,
          filter: everything,
          order: [{ field: 'name', direction: 'asc' }, ...list],
          first: 3,
          isBackward: true,
        },
        asPage: true,
      },
    ],
  )
})

it.each([
  [{ include: [] }, 'include'],
  [{ include: { name: true } }, 'include.name'],
  [{ include: { nobody: true } }, 'include.nobody'],
  [{ include: { next: 1 } }, 'include.next'],
  [{ include: { next: { first: 1 } } }, 'include.next.first'],
  [{ include: { all: { page: 1 } } }, 'include.all.page'],
  [{ include: { all: { count: 1 } } }, 'include.all.count'],
  [{ include: { all: { first: 1, last: 1 } } }, 'include.all.last'],
  [{ include: { all: { first: 0 } } }, 'include.all.first'],
  [{ include: { all: { first: 1001 } } }, 'include.all.first'],
  [{ first: 10_000, include: { next: { include: { all: { last: 101 } } } } }, 'include.next.include.all.first'],
  [
    { first: 1, include: { all: { first: 10_000, include: { all: { first: 101 } } } } },
    'include.all.include.all.first',
  ],
  [{ include: { all: { last: 0 } } }, 'include.all.last'],
  [{ include: { all: { orderBy: LIST_POSITION } } }, `include.all.orderBy.${LIST_POSITION}`],
  [{ include: { all: { after: 'x' } } }, 'include.all.after'],
  [{ include: { all: { where: { name: 1 } } } }, 'include.all.where.name.eq'],
  [{ include: { next: { include: { next: { where: { name: 1 } } } } } }, 'include.next.include.next.where.name.eq'],
  [{ orderBy: LIST_POSITION }, `orderBy.${LIST_POSITION}`],
  [{ where: { [LIST_POSITION]: 1 } }, `where.${LIST_POSITION}`],
  [{ first: 1, last: 1 }, 'last'],
  [{ last: 10_001 }, 'last'],
  [{ before: 'x' }, 'before'],
  [{ count: 'yes' }, 'count'],
])('refuses %j at %s', (input, field) => {
  expect(refusal(input)).toMatchObject({ code: 'INVALID_QUERY', details: { field } })
})

it('names a relation to a schema that is not known', () => {
  expect(refusal({ include: { far: true } })).toMatchObject({
    code: 'SCHEMA_NOT_FOUND',
    details: { field: 'include.far' },
  })
})

it('goes as deep, and includes as many, as its limits say', () => {
  expect(parse(nested(MAX_INCLUDE_DEPTH))).toMatchObject({ include: [{ field: 'next' }] })
  expect(refusal(nested(MAX_INCLUDE_DEPTH + 1)).message).toContain(`${MAX_INCLUDE_DEPTH} levels`)
  const endless: Record<string, unknown> = {}
  endless.include = { next: endless }
  expect(refusal(endless).message).toContain(`${MAX_INCLUDE_DEPTH} levels`)
  const level = (levels: number): object =>
    levels === 0 ? {} : { include: { next: level(levels - 1), all: { first: 1, ...level(levels - 1) } } }
  const wide = (levels: number): object => ({ first: 1, ...level(levels) })
  // 2 + 4 + 8 + 16 + 32 = 62 relations, and with a level more 126.
  expect(parse(wide(5))).toMatchObject({ include: [{ field: 'next' }, { field: 'all' }] })
  expect(refusal(wide(6)).message).toContain(`${MAX_INCLUDES} relations`)
})

it('takes a cursor of the same list and order only', () => {
  const [all] = parse({ include: { all: { orderBy: 'name' } } }).include ?? []
  const cursor = encodeCursor(all?.query.order ?? [], ['x', 3n])
  expect(parse({ include: { all: { orderBy: 'name', before: cursor } } }).include?.[0]?.query.before).toEqual(['x', 3n])
  expect(refusal({ include: { all: { before: cursor } } }).details.field).toBe('include.all.before')
})

it('gathers the schemas that the relations lead to, however the query is made', async () => {
  const found = (input: unknown) => relatedSchemas(input, NODE, async (id) => lookup(id))
  expect([...(await found({ include: { next: true, far: true } })).keys()]).toEqual([NODE_ID])
  for (const input of [undefined, {}, { include: [] }, { include: { name: true } }]) {
    expect((await found(input)).size).toBe(0)
  }
  const endless: Record<string, unknown> = {}
  endless.include = { next: endless, all: endless }
  expect((await found(endless)).size).toBe(1)
})
