import { type DocumentId, type DocumentViewId, hash, type OperationValue, parseQuery, type Schema } from '@rakko/core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Store } from '../../src/store.js'
import { Author } from '../support/author.js'
import { defineSchema } from '../support/definitions.js'
import { openMemoryDriver } from '../support/open-memory-driver.js'
import { openStore } from '../support/open-store.js'
import { publishAll } from '../support/outcomes.js'

/** Characters of a long text, and of the longest part that is looked for. */
const LONG = 900_000
const PART = 998
const REPEATED = '\0\u0001.*\\(Ä\n[a-z]{2}^$'.repeat(3)
const TEXTS = ['', REPEATED, `x${REPEATED}y`, REPEATED.toLowerCase(), REPEATED.slice(1), `***=${REPEATED}`]

const LISTS = 10
const LENGTH = 5_000

const author = new Author(1)
const driver = await openMemoryDriver()
let store: Store
let list: Schema
let note: Schema

const id = (number: number) => hash(new TextEncoder().encode(`${number}`)) as string as DocumentId

beforeAll(async () => {
  store = await openStore(driver)
  const { items, schemaId } = defineSchema(author, 'list', { items: 'relation_list(schema_definition_v1)' })
  await publishAll(store, items)
  list = (await store.schema(schemaId)) as Schema
  const lists = Array.from({ length: LISTS }, (_, number) => {
    const value = Array.from({ length: LENGTH }, (_, index) => id(number * LENGTH + index))
    return author.create(schemaId, { items: { type: 'relation_list', value } as OperationValue })
  })
  await publishAll(store, lists)
  const notes = defineSchema(author, 'note', { text: 'str' })
  await publishAll(store, notes.items)
  note = (await store.schema(notes.schemaId)) as Schema
  const texts = [...TEXTS, ...Array.from({ length: 4 }, (_, number) => `${'a'.repeat(LONG)}${number}`)]
  await publishAll(
    store,
    texts.map((text) => author.create(notes.schemaId, { text: { type: 'str', value: text } })),
  )
  const deleted = author.create(notes.schemaId, { text: { type: 'str', value: REPEATED } })
  await publishAll(store, [
    deleted,
    author.delete(deleted.documentId, notes.schemaId, deleted.documentId as string as DocumentViewId),
  ])
})
afterAll(() => store.close())

async function countOf(values: readonly DocumentId[]): Promise<number> {
  return store.count(parseQuery({ where: { items: { in: values } } }, list))
}

async function found(text: object): Promise<number> {
  return store.count(parseQuery({ where: { text } }, note))
}

async function fastest(work: () => Promise<unknown>): Promise<number> {
  let best = Number.POSITIVE_INFINITY
  for (let run = 0; run < 3; run += 1) {
    const start = performance.now()
    await work()
    best = Math.min(best, performance.now() - start)
  }
  return best
}

const absent = (count: number) => Array.from({ length: count }, (_, index) => id(-1 - index))

test('Lists are searched for many values as for few', async () => {
  for (const count of [1, 8, 9, 1_000]) {
    expect(await countOf(absent(count))).toBe(0)
    expect(await countOf([...absent(count - 1), id(0)])).toBe(1)
  }
  expect(await countOf([id(0), id(1), id(LENGTH), ...absent(20)])).toBe(2)
})

test('What a search of lists costs does not grow with the product of elements and values', async () => {
  // One by one this is 1 000 times the work.
  const few = await fastest(() => countOf(absent(9)))
  expect(await fastest(() => countOf(absent(9_000)))).toBeLessThan(50 * few)
})

test('A long part is found within texts as a short one is: as it is written, and nothing in it is a sign', async () => {
  const parts = [...TEXTS, REPEATED.slice(0, 20), `${REPEATED}y`, 'a'.repeat(LONG / 1_000), `${'a'.repeat(40)}2`]
  const all = [...TEXTS, ...Array.from({ length: 4 }, (_, number) => `${'a'.repeat(LONG)}${number}`)]
  for (const part of parts) {
    const count = all.filter((text) => text.includes(part)).length
    expect(await found({ contains: part }), part).toBe(count)
    expect(await found({ notContains: part }), part).toBe(all.length - count)
  }
  // Nothing is said of the text of a deleted document, neither that it has the part nor that it has not.
  const alsoDeleted = (text: object) =>
    store.count(parseQuery({ where: { text, $deleted: { in: [true, false] } } }, note))
  expect(await alsoDeleted({ contains: REPEATED })).toBe(all.filter((text) => text.includes(REPEATED)).length)
  expect(await alsoDeleted({ notContains: 'z'.repeat(40) })).toBe(all.length)
})

test('What a search within texts costs does not grow with the product of their characters and the part’s', async () => {
  // One by one this is 100 times the work.
  const few = await fastest(() => found({ contains: 'bb' }))
  expect(await fastest(() => found({ contains: `b${'a'.repeat(PART - 1)}` }))).toBeLessThan(20 * few)
})
