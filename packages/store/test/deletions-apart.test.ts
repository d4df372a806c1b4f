import { afterAll, expect, test } from 'vitest'
import { Author, type SignedItem } from './support/author.js'
import { CountingDriver } from './support/counting-driver.js'
import { openMemoryDriver } from './support/open-memory-driver.js'
import { openStore } from './support/open-store.js'
import { publishAll } from './support/outcomes.js'
import { createVenue, payloadLess, remove, update, venues } from './support/venues.js'

const driver = new CountingDriver(await openMemoryDriver())
afterAll(() => driver.close())

test('DELETEs that many entries without payloads wait for are decided in transactions of their own', async () => {
  const store = await openStore(driver, {})
  await publishAll(store, venues.items)
  const created = createVenue(new Author(1))
  await store.ingest([created])
  const deletions: SignedItem[] = []
  for (const number of [2, 3, 4]) {
    const author = new Author(number)
    const chain: SignedItem[] = []
    while (chain.length < 400) chain.push(update(author, created, chain.length, (chain.at(-1) ?? created).viewId))
    const outcomes = await store.ingest(chain.map(payloadLess))
    expect(outcomes.filter(({ status }) => status === 'waiting')).toHaveLength(400)
    deletions.push(remove(author, created, chain.at(-1)?.viewId))
  }
  const before = driver.transactions
  const outcomes = await store.ingest(deletions)
  expect(outcomes.map(({ status }) => status)).toEqual(['held', 'held', 'held'])
  // 1 200 are too many for one transaction: it is given up, and the first two and the third have one each.
  expect(driver.transactions - before).toBe(3)
})
