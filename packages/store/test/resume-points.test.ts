import type { Hash } from '@rakko/core'
import { expect, test } from 'vitest'
import { MAX_RESUME_POINTS } from '../src/sync-source.js'
import { Author } from './support/author.js'
import { CountingDriver } from './support/counting-driver.js'
import { defineSchema, str } from './support/definitions.js'
import { openMemoryDriver } from './support/open-memory-driver.js'
import { openStore } from './support/open-store.js'
import { publishAll } from './support/outcomes.js'

const MARK = { number: 7, id: `0020${'11'.repeat(32)}` as Hash }
const databaseId = (number: number) => number.toString(16).padStart(32, '0')

test('Those who dial push out each other’s resume points, and none of a peer that is dialled; openings go by their age', async () => {
  const driver = await openMemoryDriver()
  let now = 0
  const open = () => openStore(driver, { now: () => ++now })
  const store = await open()
  await store.sync.keepResumePoint(databaseId(1), MARK, {}, 'wss://hub.example/sync')
  await driver.exec(
    `INSERT INTO rakko.resume_points (database_id, scope, number, hash, kept)
     SELECT decode(lpad(to_hex(1000 + i), 32, '0'), 'hex'), scope, number, hash, 10 + i
     FROM rakko.resume_points, generate_series(1, ${MAX_RESUME_POINTS}) AS i;
     INSERT INTO rakko.openings SELECT i - 100000, '\\x00' FROM generate_series(1, 4096) AS i`,
  )
  now = 100_000
  await store.sync.keepResumePoint(databaseId(2), MARK)
  await store.sync.keepResumePoint(databaseId(3), MARK)
  const kept = await Promise.all([1, 1_001, 1_002, 1_003, 2, 3].map((one) => store.sync.resumePoint(databaseId(one))))
  expect(kept).toEqual([MARK, undefined, MARK, MARK, MARK, MARK])
  const { items } = defineSchema(new Author(1), 'venue', { name: 'str' })
  await publishAll(store, items)
  const { rows } = await driver.query<{ count: bigint; oldest: bigint; newest: bigint }>(
    'SELECT count(*), min(number) AS oldest, max(number) AS newest FROM rakko.openings',
  )
  expect(rows).toEqual([{ count: 4_096n, oldest: -99_998n, newest: 0n }])
  await store.close()
})

/** Says that PostgreSQL had ended and was started again. */
class RestartingDriver extends CountingDriver {
  restarted: () => void = () => {}

  onRestart(listener: () => void): () => void {
    this.restarted = listener
    return () => {}
  }
}

test('Where PostgreSQL was started again another opening begins: of the last COMMIT nobody knows whether it was stored', async () => {
  const driver = new RestartingDriver(await openMemoryDriver())
  const store = await openStore(driver)
  const { items, schemaId } = defineSchema(new Author(1), 'venue', { name: 'str' })
  const panda = new Author(2)
  await publishAll(store, items)
  const { number } = await store.sync.latestArrival()
  driver.restarted()
  for (const name of ['a', 'b']) await publishAll(store, [panda.create(schemaId, { name: str(name) })])
  const { rows } = await driver.query('SELECT number FROM rakko.openings ORDER BY number')
  expect(rows).toEqual([{ number: 0n }, { number: BigInt(number) }])
  await store.close()
})
