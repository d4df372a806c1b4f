import {
  encodeCursor,
  META_FIELDS,
  parseQuery,
  type Query,
  queryFieldType,
  queryRules,
  type Schema,
  type Where,
} from '@rakko/core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { Random } from '../../../../.config/testing/random.js'
import { rounds, seeds } from '../../../../.config/testing/seeds.js'
import type { Driver } from '../../src/driver/driver.js'
import type { Store } from '../../src/store.js'
import { Author } from '../support/author.js'
import { defineSchema } from '../support/definitions.js'
import { openMemoryDriver } from '../support/open-memory-driver.js'
import { openStore } from '../support/open-store.js'
import { publishAll } from '../support/outcomes.js'

const QUERIES = rounds(40, 80)

/** A mark that no statement of ours has, within what would end a literal, a name, a comment or a statement. */
const MARK = 'zqxjk'
const HOSTILE = [
  `'; DROP TABLE rakko.entries; -- ${MARK}`,
  `"${MARK}"`,
  `$1 ${MARK}`,
  `${MARK}') OR true --`,
  `\\'${MARK}`,
  `/* ${MARK} */`,
  `$$${MARK}$$`,
  `${MARK}\0`,
  `E'\\x27${MARK}`,
]

const driver = await openMemoryDriver()
const statements: { sql: string; params: readonly unknown[] }[] = []
const watched: Driver = {
  query(sql, params = []) {
    statements.push({ sql, params })
    return driver.query(sql, params)
  },
  exec(sql) {
    statements.push({ sql, params: [] })
    return driver.exec(sql)
  },
  transaction: (run) =>
    driver.transaction((session) => {
      statements.push({ sql: 'BEGIN', params: [] })
      return run(session)
    }),
  flush: () => driver.flush(),
  close: () => driver.close(),
}
let store: Store
let schema: Schema

beforeAll(async () => {
  const panda = new Author(1)
  store = await openStore(watched)
  const target = defineSchema(panda, 'target', { name: 'str' })
  const types = [
    'bool',
    'int',
    'float',
    'str',
    'bytes',
    'relation',
    'relation_list',
    'pinned_relation',
    'pinned_relation_list',
  ]
  const definition = defineSchema(
    panda,
    'everything',
    Object.fromEntries(
      types.map((type) => [`a_${type}`, type.includes('relation') ? `${type}(${target.schemaId})` : type]),
    ),
  )
  await publishAll(store, [...target.items, ...definition.items])
  schema = (await store.schema(definition.schemaId)) as Schema
  const related = panda.create(target.schemaId, { name: { type: 'str', value: MARK } })
  const ids = [related.documentId]
  await publishAll(store, [
    related,
    panda.create(schema.id, {
      a_bool: { type: 'bool', value: true },
      a_int: { type: 'int', value: 1n },
      a_float: { type: 'float', value: 1 },
      a_str: { type: 'str', value: MARK },
      a_bytes: { type: 'bytes', value: new Uint8Array([1]) },
      a_relation: { type: 'relation', value: related.documentId },
      a_relation_list: { type: 'relation_list', value: ids },
      a_pinned_relation: { type: 'pinned_relation', value: related.viewId },
      a_pinned_relation_list: { type: 'pinned_relation_list', value: [related.viewId] },
    }),
  ])
  // The keys of its authors are read once, by a statement of their own.
  await store.documents(ids)
})
afterAll(() => store.close())

/** The same query with other values: the shape comes from one sequence of choices, the values from another. */
function randomQuery(shape: Random, values: Random): Query {
  const hex = (digits: number) => Array.from({ length: digits }, () => values.integer(16).toString(16)).join('')
  const id = () => `0020${hex(64)}`
  const someValue = (field: string): unknown => {
    switch (queryFieldType(schema, field, field)) {
      case 'bool':
      case 'flag':
        return values.chance(0.5)
      case 'int':
        return BigInt(values.integer(2 ** 30)) * 7_919n
      case 'float':
        return values.number() * 1e9
      case 'str':
        return `${values.pick(HOSTILE)}${hex(8)}`
      case 'bytes':
        return values.bytes(20)
      case 'public key':
        return hex(64)
      default:
        return id()
    }
  }
  const fields = [...schema.fields.keys(), ...META_FIELDS]
  const where = (depth: number): Where => {
    const kind = shape.integer(depth > 0 ? 7 : 3)
    if (kind === 3) return { $and: [where(depth - 1), where(depth - 1)] }
    if (kind === 4) return { $or: [where(depth - 1), where(depth - 1)] }
    if (kind === 5) return { $not: where(depth - 1) }
    if (kind === 6) return { $search: { text: values.pick(HOSTILE), prefix: false } }
    const field = shape.pick(fields)
    const operator = shape.pick(queryRules(queryFieldType(schema, field, field)).operators)
    // However many values a set has, it is one parameter.
    const isSet = operator === 'in' || operator === 'notIn'
    return {
      [field]: {
        [operator]: isSet ? Array.from({ length: values.integer(5) }, () => someValue(field)) : someValue(field),
      },
    }
  }
  const sortable = fields.filter((field) => !field.endsWith('_list'))
  const order = shape
    .some(
      sortable.filter((field) => field !== '$id'),
      3,
    )
    .map((field) => ({ [field]: shape.pick(['asc', 'desc']) }))
  const input = { where: where(3), orderBy: order, count: shape.chance(0.3) }
  const { order: keys } = parseQuery(input, schema)
  const cursor = () =>
    encodeCursor(
      keys,
      keys.map(({ field }) => someValue(field) as string),
    )
  const include = shape.chance(0.3) && {
    a_relation: { where: { name: { contains: someValue('a_str') as string } } },
    a_relation_list: { where: { name: { in: [someValue('a_str') as string] } }, first: 1 + values.integer(5) },
  }
  return parseQuery(
    {
      ...input,
      first: 1 + values.integer(100),
      ...(shape.chance(0.5) && { after: cursor() }),
      ...(shape.chance(0.3) && { before: cursor() }),
      ...(include && { include }),
    },
    schema,
    (schemaId) => related(schemaId),
  )
}

const related = (id: string): Schema => ({
  id: id as Schema['id'],
  name: 'target',
  description: '',
  fields: new Map([['name', { type: 'str' }]]),
})

/** What the call sent to the database. */
async function sent(call: () => Promise<unknown>): Promise<{ sql: string; params: readonly unknown[] }[]> {
  statements.length = 0
  await call()
  return [...statements]
}

test.each(seeds())(
  'A query is one statement, whose text depends on its shape alone: no value is in it (seed %d)',
  async (seed) => {
    const choices = new Random(seed)
    let withText = 0
    for (let round = 0; round < QUERIES; round += 1) {
      const shape = choices.integer(2 ** 31)
      const one = randomQuery(new Random(shape), new Random(choices.integer(2 ** 31)))
      const other = randomQuery(new Random(shape), new Random(choices.integer(2 ** 31)))
      for (const ask of [(query: Query) => store.query(query), (query: Query) => store.count(query)]) {
        const first = await sent(() => ask(one))
        const second = await sent(() => ask(other))
        expect(first).toHaveLength(1)
        expect(second).toHaveLength(1)
        const [{ sql, params }] = first as [{ sql: string; params: readonly unknown[] }]
        expect(second[0]?.sql).toBe(sql)
        expect(sql).not.toContain(MARK)
        expect(sql).not.toMatch(/[0-9a-f]{32}/)
        if (params.some((value) => typeof value === 'string' && value.includes(MARK))) withText += 1
        // Each parameter stands for itself, in its place.
        const places = new Set([...sql.matchAll(/\$(\d+)/g)].map(([, place]) => Number(place)))
        expect([...places].sort((a, b) => a - b)).toEqual(params.map((_, index) => index + 1))
      }
    }
    expect(withText).toBeGreaterThan(QUERIES / 10)
  },
)

test('What a name could carry into a statement is no name', () => {
  for (const name of ['a_str"; DROP TABLE x; --', "a_str'", 'a_str)', 'f0', 'v0.f0', '$rank; x', 'A_STR']) {
    expect(() => parseQuery({ where: { [name]: 'x' } }, schema)).toThrow(/expected a field/)
  }
})
