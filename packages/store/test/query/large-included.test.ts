import { type DocumentViewId, type OperationValue, parseQuery, type QueryInput, type Schema } from '@rakko/core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Driver } from '../../src/driver/driver.js'
import { LARGE_BYTES } from '../../src/read/query/large-documents.js'
import type { Document, Store } from '../../src/store.js'
import { Author, type SignedItem } from '../support/author.js'
import { CountingDriver } from '../support/counting-driver.js'
import { defineSchema, int, str } from '../support/definitions.js'
import { openMemoryDriver } from '../support/open-memory-driver.js'
import { openStore } from '../support/open-store.js'
import { publishAll } from '../support/outcomes.js'

const TEXT = 'a long life '.repeat(20_000)
const EVENTS = 40
const TIMES = 100
/** A reference, and what a record has beside the fields. */
const REFERENCE_BYTES = 400

/** Does something before the statement that reads large documents. */
class InterruptedDriver extends CountingDriver {
  interrupt: (() => Promise<unknown>) | undefined

  constructor(driver: Driver) {
    super(driver)
    const { query } = this
    this.query = async (sql, params, maxBytes) => {
      const { interrupt } = this
      if (interrupt && / AS page \(key\) /.test(sql)) {
        this.interrupt = undefined
        await interrupt()
      }
      return query(sql, params, maxBytes)
    }
  }
}

const driver = new InterruptedDriver(await openMemoryDriver())
const author = new Author(1)
let store: Store
let artist: Schema
let event: Schema
let large: SignedItem
let small: SignedItem

const list = (type: 'relation_list' | 'pinned_relation_list', value: readonly string[]) =>
  ({ type, value }) as OperationValue
const relation = (value: string) => ({ type: 'relation', value }) as OperationValue

async function define(name: string, fields: Readonly<Record<string, string>>): Promise<Schema> {
  const { items, schemaId } = defineSchema(author, name, fields)
  await publishAll(store, items)
  return (await store.schema(schemaId)) as Schema
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
  large = author.create(artist.id, { name: str('Ada'), life: str(TEXT) })
  small = author.create(artist.id, { name: str('Bo'), life: str('short') })
  await publishAll(store, [large, small])
  const named = [small.documentId, ...Array.from({ length: TIMES - 1 }, () => large.documentId)]
  const events = Array.from({ length: EVENTS }, (_, number) =>
    author.create(event.id, {
      number: int(number),
      star: relation(large.documentId),
      artists: list('relation_list', named),
      seen: list('pinned_relation_list', [large.viewId, large.viewId]),
    }),
  )
  await publishAll(store, events)
})
afterAll(() => store.close())

async function find(input: QueryInput): Promise<readonly Document[]> {
  driver.reset()
  const query = parseQuery({ orderBy: 'number', ...input }, event, (id) => [artist, event].find((one) => one.id === id))
  return (await store.query(query)).documents
}

const included = (documents: readonly Document[], field: string): readonly Document[] =>
  documents.flatMap(({ related }) => related?.get(field)?.documents ?? [])

const lifeOf = ({ fields }: Document): unknown => fields.get('life')?.value

test('A document that is referred to many times is in the answer once, whatever refers to it', async () => {
  const events = await find({ include: { star: true, artists: true } })
  const artists = included(events, 'artists')
  expect(artists.map(({ id }) => id)).toEqual(
    events.flatMap(() => [small.documentId, ...Array.from({ length: TIMES - 1 }, () => large.documentId)]),
  )
  expect(new Set(artists.map(lifeOf))).toEqual(new Set(['short', TEXT]))
  expect(included(events, 'star').map(lifeOf)).toEqual(events.map(() => TEXT))
  expect(driver.bytes).toBeLessThan(TEXT.length + EVENTS * 2 * TIMES * REFERENCE_BYTES)
})

test('It is one object on the page', async () => {
  expect(new Set(included(await find({ include: { artists: true } }), 'artists')).size).toBe(2)
})

test('Pinned views are read once as well, and pages have their cursors', async () => {
  const events = await find({ include: { seen: { page: true, orderBy: 'life' } as never } })
  expect(included(events, 'seen').map(lifeOf)).toEqual(Array.from({ length: 2 * EVENTS }, () => TEXT))
  expect(events[0]?.related?.get('seen')?.start?.[0]).toBe(TEXT)
  expect(driver.bytes).toBeLessThan(3 * TEXT.length)
})

test('What is small costs no statement of its own', async () => {
  const life = (length: number) =>
    publishAll(store, [author.update(small.documentId, artist.id, small.viewId, { life: str('x'.repeat(length)) })])
  await life(LARGE_BYTES - 100)
  const only = { where: { number: 0 }, include: { artists: { where: { name: 'Bo' } } } }
  expect(included(await find(only), 'artists').map(lifeOf)).toEqual(['x'.repeat(LARGE_BYTES - 100)])
  expect(driver.statements).toBe(1)
})

test('A document that changes between the statements is shown as it is in one of its views', async () => {
  const other = new Author(2)
  const change = (previous: DocumentViewId, name: string) =>
    other.update(large.documentId, artist.id, previous, { name: str(name), life: str(name + TEXT) })
  const changed = change(large.viewId, 'Eve')
  driver.interrupt = () => publishAll(store, [changed])
  const stars = included(await find({ first: 1, include: { star: true } }), 'star')
  expect(stars.map(({ viewId, fields }) => [viewId, fields.get('name')?.value, fields.get('life')?.value])).toEqual([
    [changed.viewId, 'Eve', `Eve${TEXT}`],
  ])
  driver.interrupt = () => publishAll(store, [other.delete(large.documentId, artist.id, changed.viewId)])
  expect(included(await find({ first: 1, include: { star: true } }), 'star')).toEqual([])
})
