import { afterAll, expect, test } from 'vitest'
import { MAX_TAKEN_BACK, TakeBackRate } from '../src/ingest/take-back-rate.js'
import { Author } from './support/author.js'
import { defineSchema, str } from './support/definitions.js'
import { openMemoryDriver } from './support/open-memory-driver.js'
import { openStore } from './support/open-store.js'
import { publishAll } from './support/outcomes.js'

const driver = await openMemoryDriver()
afterAll(() => driver.close())

test('So many entries are taken back at once, of one document any number, and ten more each second', () => {
  let now = 0
  const rate = new TakeBackRate(() => now)
  expect(rate.hasRoom(10 * MAX_TAKEN_BACK)).toBe(true)
  rate.add(MAX_TAKEN_BACK)
  expect(rate.hasRoom(1)).toBe(false)
  now = 1_000
  expect([rate.hasRoom(10), rate.hasRoom(11)]).toEqual([true, false])
  now = 0
  expect([rate.hasRoom(10), rate.hasRoom(11)]).toEqual([true, false])
  now = 1_000_000
  expect(rate.hasRoom(10 * MAX_TAKEN_BACK)).toBe(true)
})

test('A payload beyond the rate changes nothing until there is room again', async () => {
  let now = 0
  const store = await openStore(driver, { now: () => now })
  const { items, schemaId } = defineSchema(new Author(9), 'venue', { name: 'str' })
  await publishAll(store, items)
  const [panda, penguin] = [new Author(1), new Author(2)]
  const created = panda.create(schemaId, { name: str('a') })
  const updates = [created]
  const next = (before = created) => panda.update(created.documentId, schemaId, before.viewId, { name: str('b') })
  while (updates.length < 400) updates.push(next(updates.at(-1)))
  const deletion = panda.delete(created.documentId, schemaId, created.viewId)
  const first = penguin.update(created.documentId, schemaId, created.viewId, { name: str('c') })
  const beside = Array.from({ length: 12 }, () => {
    return penguin.update(created.documentId, schemaId, created.viewId, { name: str('d') })
  })
  await store.ingest([...updates, deletion, first, ...beside.map(({ entry }) => ({ entry }))])
  const outcomes: string[] = []
  for (const item of beside) {
    const [outcome] = await store.ingest([item])
    outcomes.push(outcome?.status ?? '')
  }
  const held = Math.floor(MAX_TAKEN_BACK / (updates.length + 2 + beside.length))
  expect(outcomes).toEqual(beside.map((_, index) => (index < held ? 'held' : 'decided')))
  const before = await store.sync.latestArrival()
  expect(await store.ingest(beside.slice(-1))).toEqual([{ status: 'decided', decision: 'purged' }])
  expect(await store.sync.latestArrival()).toEqual(before)
  now = 1_000_000
  expect(await store.ingest(beside.slice(-1))).toMatchObject([{ status: 'held' }])
})
