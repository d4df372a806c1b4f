import { describe, expect, it } from 'vitest'
import type { SchemaId } from '../../src/ids.js'
import { parseQuery } from '../../src/query/parse-query.js'
import {
  DEFAULT_PAGE_LENGTH,
  type Filter,
  MAX_CONTAINED_CHARACTERS,
  MAX_FILTER_DEPTH,
  MAX_FILTER_SEARCHES,
  MAX_FILTER_TERMS,
  MAX_FILTER_VALUES,
  MAX_ORDER_KEYS,
  MAX_PAGE_LENGTH,
} from '../../src/query/query.js'
import type { FieldType, Schema } from '../../src/schema/schema.js'
import { rakkoErrorOf } from '../rakko-error-of.js'

const TARGET = `event_0020${'e7'.repeat(32)}` as SchemaId
const FIELDS: Record<string, FieldType> = {
  capacity: { type: 'int' },
  events: { type: 'relation_list', schemaId: TARGET },
  height: { type: 'float' },
  image: { type: 'bytes' },
  name: { type: 'str' },
  open: { type: 'bool' },
  owner: { type: 'relation', schemaId: TARGET },
  seen: { type: 'pinned_relation', schemaId: TARGET },
  visits: { type: 'pinned_relation_list', schemaId: TARGET },
}
const VENUE: Schema = {
  id: `venue_0020${'c2'.repeat(32)}` as SchemaId,
  name: 'venue',
  description: '',
  fields: new Map(Object.entries(FIELDS)),
}
const ID = `0020${'ab'.repeat(32)}`
const VIEW = `${ID}_0020${'cd'.repeat(32)}`
const KEY = 'ef'.repeat(32)

const filterOf = (where: unknown): Filter => parseQuery({ where }, VENUE).filter
const compare = (field: string, operator: string, ...values: unknown[]) => ({
  kind: 'compare',
  field,
  operator,
  values,
})
const refusedAt = (input: unknown) => {
  const { code, details, message } = rakkoErrorOf(() => parseQuery(input, VENUE))
  expect(code).toBe('INVALID_QUERY')
  expect(details).toMatchObject({ field: expect.any(String), expected: expect.any(String), got: expect.any(String) })
  expect(message).toContain(String(details.expected))
  return details.field
}

describe('a query', () => {
  it.each([
    [['a', 'b'], 'text', 'a list of 2'],
    [null, 'text', 'null'],
    ['\ud800', 'text without lone surrogates', `'\ud800'`],
  ])('says of %j what is wrong with it as text', (name, expected, got) => {
    const { details } = rakkoErrorOf(() => parseQuery({ where: { name } }, VENUE))
    expect(details).toMatchObject({ expected, got })
  })

  it('calls what is no plain object by the name of its class', () => {
    const { details } = rakkoErrorOf(() => parseQuery({ where: new Map() }, VENUE))
    expect(details).toEqual({ field: 'where', expected: 'an object of fields', got: 'an instance of Map' })
  })

  it('asks for a first page of everything, in order of ids, where it says nothing', () => {
    expect(parseQuery({}, VENUE)).toEqual({
      schemaId: VENUE.id,
      filter: { kind: 'and', filters: [] },
      order: [{ field: '$id', direction: 'asc' }],
      first: DEFAULT_PAGE_LENGTH,
    })
    const absent = { where: undefined, orderBy: undefined, first: undefined, after: undefined }
    expect(parseQuery(absent, VENUE)).toEqual(parseQuery({}, VENUE))
  })

  it.each([null, undefined, 1, 'where', [], new Map(), () => ({})])('is an object, not %s', (input) => {
    expect(refusedAt(input)).toBe('query')
  })

  it('has the members it has and no other', () => {
    expect(refusedAt({ limit: 3 })).toBe('limit')
    expect(refusedAt(JSON.parse('{"__proto__":{}}'))).toBe('__proto__')
  })

  it.each([1, 25, MAX_PAGE_LENGTH])('may ask for pages of %i', (first) => {
    expect(parseQuery({ first }, VENUE).first).toBe(first)
  })

  it.each([0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, MAX_PAGE_LENGTH + 1, '5', 5n, null])(
    'may not ask for pages of %s',
    (first) => expect(refusedAt({ first })).toBe('first'),
  )
})

describe('a filter', () => {
  it('ANDs fields and operators, and drops what is undefined', () => {
    expect(
      filterOf({ capacity: { gte: 100, lt: 200n }, name: { contains: 'a', eq: undefined }, open: undefined }),
    ).toEqual({
      kind: 'and',
      filters: [compare('capacity', 'gte', 100n), compare('capacity', 'lt', 200n), compare('name', 'contains', 'a')],
    })
  })

  it('takes a plain value for eq', () => {
    expect(filterOf({ name: 'a' })).toEqual(compare('name', 'eq', 'a'))
    expect(filterOf({ image: Uint8Array.of(1) })).toEqual(compare('image', 'eq', Uint8Array.of(1)))
  })

  it('nests $and, $or and $not', () => {
    expect(filterOf({ $or: [{ open: true }, { $not: { $and: [{ name: 'a' }, {}] } }] })).toEqual({
      kind: 'or',
      filters: [
        compare('open', 'eq', true),
        {
          kind: 'not',
          filter: { kind: 'and', filters: [compare('name', 'eq', 'a'), { kind: 'and', filters: [] }] },
        },
      ],
    })
  })

  it('keeps the empty $or, which nothing passes, and the empty in', () => {
    expect(filterOf({ $or: [] })).toEqual({ kind: 'or', filters: [] })
    expect(filterOf({ name: { in: [] } })).toEqual(compare('name', 'in'))
  })

  it('keeps eq beside in, where the reference would make one set of them', () => {
    expect(filterOf({ name: { eq: 'a', in: ['b'] } })).toEqual({
      kind: 'and',
      filters: [compare('name', 'eq', 'a'), compare('name', 'in', 'b')],
    })
  })

  it.each([
    [{ open: { notEq: false } }, compare('open', 'notEq', false)],
    [{ capacity: { eq: 9223372036854775807n } }, compare('capacity', 'eq', 9223372036854775807n)],
    [{ capacity: { eq: -9223372036854775808n } }, compare('capacity', 'eq', -9223372036854775808n)],
    [{ capacity: -0 }, compare('capacity', 'eq', 0n)],
    [
      { height: { in: [Number.NaN, -0, Number.NEGATIVE_INFINITY] } },
      compare('height', 'in', Number.NaN, -0, Number.NEGATIVE_INFINITY),
    ],
    [{ name: { notContains: '\0🐼%_' } }, compare('name', 'notContains', '\0🐼%_')],
    [{ image: { notEq: new Uint8Array() } }, compare('image', 'notEq', new Uint8Array())],
    [{ owner: { eq: ID.toUpperCase() } }, compare('owner', 'eq', ID)],
    [{ seen: { in: [VIEW, ID] } }, compare('seen', 'in', VIEW, ID)],
    [{ events: { in: [ID] } }, compare('events', 'in', ID)],
    [{ visits: { notIn: [VIEW] } }, compare('visits', 'notIn', VIEW)],
    [{ $id: { notIn: [ID] } }, compare('$id', 'notIn', ID)],
    [{ $viewId: VIEW }, compare('$viewId', 'eq', VIEW)],
    [{ $owner: KEY.toUpperCase() }, compare('$owner', 'eq', KEY)],
    [{ $signer: { notEq: KEY } }, compare('$signer', 'notEq', KEY)],
    [{ $edited: true }, compare('$edited', 'eq', true)],
    [{ $deleted: { eq: false } }, compare('$deleted', 'eq', false)],
  ])('takes %o', (where, filter) => {
    expect(filterOf(where)).toStrictEqual(filter)
  })

  it.each([
    [[], 'where'],
    [null, 'where'],
    ['name', 'where'],
    [{ missing: 1 }, 'where.missing'],
    [{ $unknown: 1 }, 'where.$unknown'],
    [{ constructor: 1 }, 'where.constructor'],
    [{ name: { like: 'a' } }, 'where.name.like'],
    [{ name: { toString: 'a' } }, 'where.name.toString'],
    [{ name: 3 }, 'where.name.eq'],
    [{ name: null }, 'where.name.eq'],
    [{ name: { eq: null } }, 'where.name.eq'],
    [{ name: { contains: '\ud800' } }, 'where.name.contains'],
    [{ name: { in: 'ab' } }, 'where.name.in'],
    [{ name: { in: ['a', '\udc00b'] } }, 'where.name.in[1]'],
    [{ name: { eq: ['a'] } }, 'where.name.eq'],
    [{ open: 1 }, 'where.open.eq'],
    [{ open: { gt: true } }, 'where.open.gt'],
    [{ open: { contains: true } }, 'where.open.contains'],
    [{ capacity: 1.5 }, 'where.capacity.eq'],
    [{ capacity: 2 ** 53 }, 'where.capacity.eq'],
    [{ capacity: 2n ** 63n }, 'where.capacity.eq'],
    [{ capacity: -(2n ** 63n) - 1n }, 'where.capacity.eq'],
    [{ capacity: '1' }, 'where.capacity.eq'],
    [{ height: 1n }, 'where.height.eq'],
    [{ image: 'ab' }, 'where.image.eq'],
    [{ image: { lt: new Uint8Array() } }, 'where.image.lt'],
    [{ owner: 'venue' }, 'where.owner.eq'],
    [{ owner: VIEW }, 'where.owner.eq'],
    [{ seen: `${VIEW}_${ID}` }, 'where.seen.eq'],
    [{ seen: { gt: VIEW } }, 'where.seen.gt'],
    [{ events: ID }, 'where.events.eq'],
    [{ events: { contains: ID } }, 'where.events.contains'],
    [{ $owner: ID }, 'where.$owner.eq'],
    [{ $edited: 'yes' }, 'where.$edited.eq'],
    [{ $and: { open: true } }, 'where.$and'],
    [{ $or: [{ open: true }, 7] }, 'where.$or[1]'],
    [{ $and: new Array(2) }, 'where.$and[0]'],
    [{ name: { in: new Array(2) } }, 'where.name.in[0]'],
    [{ $not: [] }, 'where.$not'],
    [{ $or: [{}, { $not: { capacity: { gte: 'x' } } }] }, 'where.$or[1].$not.capacity.gte'],
  ])('refuses %o and says where', (where, field) => {
    expect(refusedAt({ where })).toBe(field)
  })

  const nested = (depth: number): unknown => (depth === 0 ? { open: true } : { $not: nested(depth - 1) })

  it('is no deeper than its limit, nor without an end', () => {
    expect(filterOf(nested(MAX_FILTER_DEPTH)).kind).toBe('not')
    expect(refusedAt({ where: nested(MAX_FILTER_DEPTH + 1) })).toMatch(/\$not$/)
    const endless: { $not?: unknown } = {}
    endless.$not = endless
    expect(refusedAt({ where: endless })).toMatch(/\$not$/)
  })

  it('is no larger than its limits', () => {
    const terms = (count: number) => ({ $or: Array.from({ length: count }, () => ({ open: true })) })
    const most = Math.floor((MAX_FILTER_TERMS - 1) / 2)
    expect(filterOf(terms(most)).kind).toBe('or')
    expect(refusedAt({ where: terms(most + 1) })).toMatch(/open/)
    expect(refusedAt({ where: { $and: Array.from({ length: 1e6 }, () => ({})) } })).toMatch(/^where\.\$and/)
    const values = (count: number) => ({ capacity: { in: Array.from({ length: count }, (_, i) => i) } })
    expect(filterOf(values(MAX_FILTER_VALUES)).kind).toBe('compare')
    expect(refusedAt({ where: values(MAX_FILTER_VALUES + 1) })).toBe('where.capacity.in')
    expect(refusedAt({ where: { ...values(MAX_FILTER_VALUES), name: 'a' } })).toBe('where.name.eq')
  })

  it('is told by how much it is too large, as far as it was counted', () => {
    const gotOf = (where: unknown) => rakkoErrorOf(() => parseQuery({ where }, VENUE)).details.got
    expect(gotOf({ capacity: { in: Array.from({ length: MAX_FILTER_VALUES + 7 }, (_, i) => i) } })).toBe(
      `${MAX_FILTER_VALUES + 7}`,
    )
    expect(gotOf({ $and: Array.from({ length: 1e4 }, () => ({})) })).toBe(`${MAX_FILTER_TERMS + 1}`)
    expect(gotOf({ name: { contains: 'a'.repeat(MAX_CONTAINED_CHARACTERS + 7) } })).toBe(
      `${MAX_CONTAINED_CHARACTERS + 7}`,
    )
    expect(gotOf(nested(MAX_FILTER_DEPTH + 7))).toBe(`${MAX_FILTER_DEPTH + 1}`)
    const searches = Array.from({ length: MAX_FILTER_SEARCHES + 7 }, () => ({ $search: 'a' }))
    expect(gotOf({ $or: searches })).toBe(`${MAX_FILTER_SEARCHES + 1}`)
  })

  it('looks within texts for no more characters than its limit, in all its terms together', () => {
    const half = 'a'.repeat(MAX_CONTAINED_CHARACTERS / 2)
    const within = (...texts: string[]) => ({
      $and: texts.map((text, index) => ({ name: { [index % 2 === 0 ? 'contains' : 'notContains']: text } })),
    })
    expect(filterOf(within(half, half)).kind).toBe('and')
    expect(refusedAt({ where: within(half, half, 'b') })).toBe('where.$and[2].name.contains')
    expect(refusedAt({ where: within(`${half}${half}b`) })).toBe('where.$and[0].name.contains')
    expect(filterOf({ name: `${half}${half}b` }).kind).toBe('compare')
  })

  it('searches no more often than its limit', () => {
    const searches = (count: number) => ({ $or: Array.from({ length: count }, () => ({ $search: 'a' })) })
    expect(filterOf(searches(MAX_FILTER_SEARCHES)).kind).toBe('or')
    expect(refusedAt({ where: searches(MAX_FILTER_SEARCHES + 1) })).toBe(`where.$or[${MAX_FILTER_SEARCHES}].$search`)
  })
})

describe('an order', () => {
  const orderOf = (orderBy: unknown) => parseQuery({ orderBy }, VENUE).order

  it.each([
    ['name', [{ field: 'name', direction: 'asc' }]],
    [{ name: 'desc' }, [{ field: 'name', direction: 'desc' }]],
    [
      [{ capacity: 'desc', name: 'asc' }, '$owner'],
      [
        { field: 'capacity', direction: 'desc' },
        { field: 'name', direction: 'asc' },
        { field: '$owner', direction: 'asc' },
      ],
    ],
    [[], []],
  ])('of %j ends with $id, so that nothing ties', (orderBy, keys) => {
    expect(orderOf(orderBy)).toEqual([...keys, { field: '$id', direction: 'asc' }])
  })

  it('may name $id itself', () => {
    expect(orderOf({ $id: 'desc' })).toEqual([{ field: '$id', direction: 'desc' }])
  })

  it.each([
    ['missing', 'orderBy.missing'],
    ['events', 'orderBy.events'],
    ['visits', 'orderBy.visits'],
    [['name', 'name'], 'orderBy.name'],
    [['$id', 'name'], 'orderBy.name'],
    [{ name: 'down' }, 'orderBy.name'],
    [{}, 'orderBy'],
    [['name', 3], 'orderBy[1]'],
    [null, 'orderBy'],
    [[['name']], 'orderBy[0]'],
  ])('refuses %j and says where', (orderBy, field) => {
    expect(refusedAt({ orderBy })).toBe(field)
  })

  it('has no more keys than its limit', () => {
    const names = Array.from({ length: MAX_ORDER_KEYS + 1 }, (_, i) => `f${i}`)
    const wide = { ...VENUE, fields: new Map(names.map((name) => [name, { type: 'int' } as const])) }
    expect(parseQuery({ orderBy: names.slice(1) }, wide).order).toHaveLength(MAX_ORDER_KEYS + 1)
    expect(rakkoErrorOf(() => parseQuery({ orderBy: names }, wide)).details.field).toBe(`orderBy.f${MAX_ORDER_KEYS}`)
  })
})
