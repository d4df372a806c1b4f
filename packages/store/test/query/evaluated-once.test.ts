import {
  encodeCursor,
  type FilterValue,
  type OperationValue,
  parseQuery,
  type QueryInput,
  type Schema,
} from '@rakko/core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { Random } from '../../../../.config/testing/random.js'
import type { Driver } from '../../src/driver/driver.js'
import type { SqlParameter } from '../../src/sql/sql.js'
import type { Document, Store } from '../../src/store.js'
import { Author, type SignedItem } from '../support/author.js'
import { defineSchema, int, str } from '../support/definitions.js'
import { openMemoryDriver } from '../support/open-memory-driver.js'
import { openStore } from '../support/open-store.js'
import { publishAll } from '../support/outcomes.js'

/** Which compression does not make shorter, so that its pages are counted. */
const LONG = 400_000
const EVENTS = 10
const TIMES = 100

const database = await openMemoryDriver()
let last: { sql: string; params: readonly SqlParameter[] } | undefined
const driver: Driver = {
  query(sql, params = [], maxBytes) {
    if (sql.includes('array_send')) last = { sql, params: params as readonly SqlParameter[] }
    return database.query(sql, params, maxBytes)
  },
  exec: (sql) => database.exec(sql),
  transaction: (run) => database.transaction(run),
  flush: () => database.flush(),
  close: () => database.close(),
}
const author = new Author(1)
const texts = new Random(1)
let store: Store
let artist: Schema
let event: Schema
let large: SignedItem
let first: SignedItem
let small: SignedItem

const list = (type: 'relation_list' | 'pinned_relation_list', value: readonly string[]) =>
  ({ type, value }) as OperationValue

async function define(name: string, fields: Readonly<Record<string, string>>): Promise<Schema> {
  const { items, schemaId } = defineSchema(author, name, fields)
  await publishAll(store, items)
  return (await store.schema(schemaId)) as Schema
}

/** Hardly any word is there twice. Those that are looked for stand first. */
function longText(words: string): string {
  const hex = texts.bytes(LONG / 2).reduce((text, byte) => text + byte.toString(16).padStart(2, '0'), '')
  return `${words} ${hex.replaceAll(/(.{60})/g, '$1 ')}`.slice(0, LONG)
}

beforeAll(async () => {
  store = await openStore(driver)
  artist = await define('artist', { name: 'str', life: 'str' })
  event = await define('event', {
    number: 'int',
    star: `relation(${artist.id})`,
    artists: `relation_list(${artist.id})`,
    seen: `pinned_relation_list(${artist.id})`,
  })
  large = author.create(artist.id, { name: str('large'), life: str(longText('music and music')) })
  first = author.create(artist.id, { name: str('first'), life: str(longText('all of the music')) })
  small = author.create(artist.id, { name: str('small'), life: str('music') })
  await publishAll(store, [large, first, small])
  const named = [small, ...Array.from({ length: TIMES }, () => large), first]
  const events = Array.from({ length: EVENTS }, (_, number) =>
    author.create(event.id, {
      number: int(number),
      star: { type: 'relation', value: large.documentId } as OperationValue,
      artists: list(
        'relation_list',
        named.map(({ documentId }) => documentId),
      ),
      seen: list(
        'pinned_relation_list',
        named.map(({ viewId }) => viewId),
      ),
    }),
  )
  await publishAll(store, events)
})
afterAll(() => store.close())

async function find(input: QueryInput): Promise<readonly Document[]> {
  last = undefined
  const query = parseQuery({ orderBy: 'number', ...input }, event, (id) => [artist, event].find((one) => one.id === id))
  return (await store.query(query)).documents
}

const namesOf = (event: Document | undefined, field: string): unknown[] =>
  event?.related?.get(field)?.documents.map(({ fields }) => fields.get('name')?.value) ?? []

/** Pages of the database that the last statement takes. */
async function pagesRead(): Promise<number> {
  if (!last) throw new Error('no relation was included')
  const explain = `EXPLAIN (ANALYZE, BUFFERS, TIMING OFF, FORMAT JSON) ${last.sql}`
  const { rows } = await database.query<{ 'QUERY PLAN': unknown }>(explain, last.params)
  const text = rows[0]?.['QUERY PLAN']
  const [plan] = (typeof text === 'string' ? JSON.parse(text) : text) as { Plan: Record<string, number> }[]
  return (plan?.Plan['Shared Hit Blocks'] ?? 0) + (plan?.Plan['Shared Read Blocks'] ?? 0)
}

const PAGE = 99
const largeTimes = (times: number) => Array.from({ length: times }, () => 'large')

/** What is asked of a list, and the names that it gives. */
const CASES: readonly [name: string, input: QueryInput, found: readonly string[]][] = [
  ['its order', { orderBy: 'life' }, ['first', 'small', ...largeTimes(PAGE - 2)]],
  ['its order from behind', { orderBy: { life: 'desc' } }, largeTimes(PAGE)],
  ['its relevance', { where: { $search: { text: 'music', fields: ['life'] } }, orderBy: '$rank' }, largeTimes(PAGE)],
  ['a part of it', { where: { life: { contains: 'of the music' } } }, ['first']],
  ['a comparison', { where: { life: { gt: 'music a' } } }, largeTimes(PAGE)],
]

for (const field of ['artists', 'seen']) {
  test.each(CASES)(`A long text that ${field} name many times is read some times for %s`, async (_, input, found) => {
    const events = await find({ include: { [field]: { first: PAGE, ...input } } } as QueryInput)
    expect(events.map((one) => namesOf(one, field))).toEqual(events.map(() => found))
    // A text has 50 pages. To find what a reference names takes 3.
    expect(await pagesRead()).toBeLessThan(EVENTS * TIMES * 6)
  })
}

test('Pages of such a list go on behind a cursor, both ways, and are counted', async () => {
  const orderBy = { life: 'desc' } as const
  const pageOf = async (input: QueryInput) => {
    const include = { artists: { orderBy, page: true, count: true, ...input } }
    const query = parseQuery({ first: 1, include } as QueryInput, event, () => artist)
    const page = (await store.query(query)).documents[0]?.related?.get('artists')
    const cursor = (keys: readonly FilterValue[] | undefined) =>
      keys && encodeCursor(query.include?.[0]?.query.order ?? [], keys)
    const names = page?.documents.map(({ fields }) => fields.get('name')?.value)
    const { count, hasNextPage, hasPreviousPage } = page ?? {}
    return { names, count, hasNextPage, hasPreviousPage, start: cursor(page?.start), end: cursor(page?.end) }
  }
  const head = await pageOf({ first: TIMES - 1 })
  const tail = await pageOf({ first: 5, after: head.end })
  expect(head).toMatchObject({ names: largeTimes(99), count: 102, hasNextPage: true, hasPreviousPage: false })
  expect(tail).toMatchObject({
    names: ['large', 'small', 'first'],
    count: 102,
    hasNextPage: false,
    hasPreviousPage: true,
  })
  const before = await pageOf({ last: 2, before: tail.start })
  expect(before).toMatchObject({ names: largeTimes(2), count: 102, hasNextPage: true, hasPreviousPage: true })
  expect(before.end).toBe(head.end)
})
