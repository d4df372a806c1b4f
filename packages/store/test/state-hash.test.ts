import { afterAll, expect, test } from 'vitest'
import { Author } from './support/author.js'
import { CountingDriver } from './support/counting-driver.js'
import { defineSchema, str } from './support/definitions.js'
import { openMemoryDriver } from './support/open-memory-driver.js'
import { openStore } from './support/open-store.js'
import { publishAll } from './support/outcomes.js'

const DOCUMENTS = 3000
const BUCKETS = 256
/** The row that a transaction locks, and the one that says up to which arrival number buckets are marked. */
const COUNTERS = 2

const driver = new CountingDriver(await openMemoryDriver())
afterAll(() => driver.close())

test('a state hash reads again only the buckets of documents that changed, and nothing where none did', async () => {
  const store = await openStore(driver)
  const panda = new Author(1)
  const { items, schemaId } = defineSchema(panda, 'note', { text: 'str' })
  await publishAll(store, items)
  const notes = Array.from({ length: DOCUMENTS }, (_, index) => panda.create(schemaId, { text: str(`${index}`) }))
  await publishAll(store, notes)
  const first = await store.stateHash(schemaId)

  driver.reset()
  expect(await store.stateHash(schemaId)).toBe(first)
  expect(driver.rows).toBe(COUNTERS + BUCKETS)

  const [note] = notes
  if (!note) throw new Error('no note')
  await publishAll(store, [panda.update(note.documentId, schemaId, note.viewId, { text: str('changed') })])
  driver.reset()
  expect(await store.stateHash(schemaId)).not.toBe(first)
  // One bucket: a few times the average would be a bad day for the hash function.
  expect(driver.rows - COUNTERS - BUCKETS).toBeLessThan((4 * DOCUMENTS) / BUCKETS)
  expect(driver.statements).toBeLessThanOrEqual(8)
})

test('documents of another schema are not read', async () => {
  const store = await openStore(driver, { schemaName: 'two schemas' })
  const panda = new Author(2)
  const [left, right] = ['left', 'right'].map((name) => defineSchema(panda, name, { text: 'str' }))
  if (!left || !right) throw new Error('two schemas')
  await publishAll(store, [...left.items, ...right.items, panda.create(left.schemaId, { text: str('only') })])
  await store.stateHash(left.schemaId)
  const notes = Array.from({ length: 500 }, (_, index) => panda.create(right.schemaId, { text: str(`${index}`) }))
  await publishAll(store, notes)
  driver.reset()
  await store.stateHash(left.schemaId)
  expect(driver.rows).toBe(COUNTERS + 1)
})
