import { type DocumentId, hash, type OperationValue, parseQuery, type Schema } from '@rakko/core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Store } from '../../src/store.js'
import { Author } from '../support/author.js'
import { defineSchema } from '../support/definitions.js'
import { openMemoryDriver } from '../support/open-memory-driver.js'
import { openStore } from '../support/open-store.js'
import { publishAll } from '../support/outcomes.js'

const LISTS = 10
const LENGTH = 5_000

const author = new Author(1)
const driver = await openMemoryDriver()
let store: Store
let list: Schema

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
})
afterAll(() => store.close())

async function countOf(values: readonly DocumentId[]): Promise<number> {
  return store.count(parseQuery({ where: { items: { in: values } } }, list))
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
