import { isDeepStrictEqual } from 'node:util'
import {
  type DocumentId,
  type DocumentViewId,
  documentViewIdFromTips,
  RakkoError,
  SCHEMA_FIELD_DEFINITION,
  type SchemaId,
} from '@rakko/core'
import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import type { Store } from '../src/store.js'
import { DATABASE_FORMAT, migrate } from '../src/tables/migrations/migrate.js'
import { Author, type SignedItem } from './support/author.js'
import { CountingDriver } from './support/counting-driver.js'
import { defineSchema, int, str } from './support/definitions.js'
import { openMemoryDriver } from './support/open-memory-driver.js'
import { openStore } from './support/open-store.js'
import { codesOf, publishAll } from './support/outcomes.js'
import { PgliteHarness } from './support/pglite-harness.js'

const driver = new CountingDriver(await openMemoryDriver())
afterAll(() => driver.close())
const harness = new PgliteHarness(driver)

describe('publishing on a database', () => {
  let store: Store
  let panda: Author
  let schemaId: SchemaId

  beforeEach(async () => {
    driver.failOn = () => false
    store = await harness.open()
    panda = new Author(1)
    const definition = defineSchema(panda, 'venue', { capacity: 'int', name: 'str' })
    schemaId = definition.schemaId
    await publishAll(store, [...definition.items, create('first')])
    driver.reset()
  })

  const create = (name: string): SignedItem => panda.create(schemaId, { name: str(name), capacity: int(1) })

  test('one create of an author met before takes four statements, BEGIN and COMMIT included, and one more with an idempotency id', async () => {
    await publishAll(store, [create('a')])
    expect(driver.statements).toBe(4)
    driver.reset()
    await publishAll(store, [{ ...create('b'), idempotencyId: 'b' }])
    expect(driver.statements).toBe(5)
  })

  test('a flush that fails after the commit leaves the outcome unknown, and says so', async () => {
    const flush = driver.flush
    driver.flush = () => Promise.reject(new RakkoError('STORAGE_FAILED', 'no room'))
    try {
      const [outcome] = await store.publish([create('kept perhaps')])
      const error = outcome?.status === 'refused' ? outcome.error : undefined
      expect(error).toMatchObject({ code: 'STORAGE_FAILED', details: { outcome: 'unknown' } })
    } finally {
      driver.flush = flush
    }
    expect(codesOf(await store.publish([create('next')]))).toEqual(['published'])
  })

  test('a pause that fails holds nothing up', async () => {
    const schemaName = harness.schemaName(store)
    const tired = await openStore(driver, { schemaName, pause: () => Promise.reject(new Error('no pause')) })
    expect(codesOf(await tired.publish([create('a'), create('b')]))).toEqual(['published', 'published'])
  })

  test('hundreds of creates take as many as one', async () => {
    await publishAll(
      store,
      Array.from({ length: 400 }, (_, index) => create(`${index}`)),
    )
    expect(driver.statements).toBe(4)
  })

  test('an update that nobody asked arguments for takes six, hundreds of updates of different fields one more', async () => {
    const items = Array.from({ length: 400 }, (_, index) => create(`${index}`))
    await publishAll(store, items)
    driver.reset()
    const updates = items.map(({ documentId, viewId }, index) =>
      panda.update(documentId, schemaId, viewId, index % 2 === 0 ? { name: str('x') } : { capacity: int(index) }),
    )
    await publishAll(store, updates)
    expect(driver.statements).toBe(7)
  })

  test('hundreds of entries from elsewhere take one statement more, and so does a create while one of them waits', async () => {
    const items = Array.from({ length: 400 }, (_, index) => create(`${index}`))
    expect((await store.ingest(items)).every(({ status }) => status === 'held')).toBe(true)
    expect(driver.statements).toBe(6)
    const missing = create('not sent')
    const waiting = panda.update(missing.documentId, schemaId, missing.viewId, {})
    expect(await store.ingest([waiting])).toMatchObject([{ status: 'waiting', parked: true }])
    driver.reset()
    await publishAll(store, [new Author(5).create(schemaId, { name: str('a'), capacity: int(1) })])
    expect(driver.statements).toBe(6)
  })

  test('ten documents that were purged elsewhere take as many statements as a hundred, parked before or not', async () => {
    const costs: number[] = []
    for (const [key, count] of [
      [20, 10],
      [30, 100],
    ] as const) {
      for (const isParked of [false, true]) {
        const author = new Author(key + (isParked ? 1 : 0))
        const creates = Array.from({ length: count }, () =>
          author.create(schemaId, { name: str('a'), capacity: int(1) }),
        )
        const payloadLess = creates.map(({ entry }) => ({ entry }))
        const deletions = creates.map(({ documentId, viewId }) => author.delete(documentId, schemaId, viewId))
        driver.reset()
        if (isParked) await store.ingest(payloadLess)
        const outcomes = await store.ingest(isParked ? deletions : [...payloadLess, ...deletions])
        expect(outcomes.every(({ status }) => status === 'held')).toBe(true)
        costs.push(driver.statements)
      }
    }
    expect(costs.slice(2)).toEqual(costs.slice(0, 2))
  })

  test('DELETEs from elsewhere whose past is not there, or is none, cost no more statements the more there are', async () => {
    const liar = new Author(2)
    const victim = create('never sent')
    const payloadLess = [liar.create(schemaId, { name: str('a'), capacity: int(1) })]
    const [{ documentId }] = payloadLess as [SignedItem]
    while (payloadLess.length < 20)
      payloadLess.push(liar.update(documentId, schemaId, (payloadLess.at(-1) as SignedItem).viewId, {}))
    await publishAll(store, [victim])
    const previous = documentViewIdFromTips([victim.id, (payloadLess.at(-1) as SignedItem).id])
    const deletions = (count: number, first: number) =>
      Array.from({ length: count }, (_, index) =>
        new Author(first + index).delete(victim.documentId, schemaId, previous),
      )
    await store.ingest(payloadLess.map(({ entry }) => ({ entry })))
    const costs = []
    for (const [count, first] of [
      // What is parked by then is read with the later ones.
      [5, 50],
      [10, 100],
      [60, 200],
    ] as const) {
      driver.reset()
      const outcomes = await store.ingest(deletions(count, first))
      expect(outcomes.every(({ status }) => status === 'waiting')).toBe(true)
      costs.push(driver.statements)
      const absent = Array.from({ length: count }, (_, index) =>
        liar.delete(
          `0020${'0'.repeat(60)}${1000 + first + index}` as DocumentId,
          schemaId,
          `0020${'0'.repeat(60)}${1000 + first + index}` as DocumentViewId,
        ),
      )
      driver.reset()
      await store.ingest(absent)
      costs.push(driver.statements)
    }
    expect(costs.slice(4)).toEqual(costs.slice(2, 4))
    expect(Math.max(...costs)).toBeLessThan(40)
  })

  test('two hundred calls in flight share a few transactions', async () => {
    const outcomes = await Promise.all(Array.from({ length: 200 }, (_, index) => store.publish([create(`${index}`)])))
    expect(codesOf(outcomes.flat())).toEqual(Array.from({ length: 200 }, () => 'published'))
    expect(driver.transactions).toBeLessThanOrEqual(3)
  })

  test('bytes that are too many for one statement are written in several, none of them lost', async () => {
    const { items, schemaId: long } = defineSchema(panda, 'long', { text: 'str' })
    await publishAll(store, items)
    const text = (index: number) => str(String.fromCharCode(97 + index).repeat(1_000_000))
    const creates = Array.from({ length: 20 }, (_, index) => panda.create(long, { text: text(index) }))
    await publishAll(store, creates)
    const documents = await store.documents(creates.map(({ documentId }) => documentId))
    const lost = documents.filter((document, index) => !isDeepStrictEqual(document?.fields.get('text'), text(index)))
    expect(lost).toEqual([])
  })

  test('resolves only when the storage was flushed', async () => {
    await publishAll(store, [create('a')])
    expect(driver.flushes).toBe(1)
    await store.publish([create('a').operation].map((operation) => ({ entry: operation, operation })))
    expect(driver.flushes).toBe(1)
  })

  test('where the database fails every item is STORAGE_FAILED, nothing is stored and the store goes on', async () => {
    const before = await harness.dump(store)
    const items = [create('a'), create('b')]
    driver.failOn = (sql) => sql.includes('INSERT INTO')
    const [first, second, refused] = await store.publish([
      ...items,
      { entry: new Uint8Array(1), operation: new Uint8Array(1) },
    ])
    expect(codesOf([first, second].flatMap((outcome) => outcome ?? []))).toEqual(['STORAGE_FAILED', 'STORAGE_FAILED'])
    expect(refused).toMatchObject({ error: { code: 'INVALID_OPERATION' } })
    expect(first).toMatchObject({ error: { message: 'the database failed with SQL state 22012' } })
    expect(await harness.dump(store)).toEqual(before)
    driver.failOn = () => false
    await publishAll(store, items)
  })

  test('a schema and its tables are dropped with the transaction that failed', async () => {
    const { items, schemaId: room } = defineSchema(panda, 'room', { name: 'str' })
    const first = panda.create(room, { name: str('a') })
    driver.failOn = (sql) => sql.includes('INSERT INTO')
    expect(codesOf(await store.publish([...items, first]))).toEqual([
      'STORAGE_FAILED',
      'STORAGE_FAILED',
      'STORAGE_FAILED',
    ])
    driver.failOn = () => false
    expect(await store.schema(room)).toBeUndefined()
    await publishAll(store, [...items, first])
    expect((await store.documents([first.documentId]))[0]?.schemaId).toBe(room)
  })

  test('arrival numbers have no gaps, and what an entry refers to has a lower one', async () => {
    const items = [create('a'), create('b')]
    const refused = panda.create(SCHEMA_FIELD_DEFINITION, { name: str('x') })
    await store.publish([items[0] as SignedItem, refused, items[1] as SignedItem])
    const update = new Author(2).update(
      (items[0] as SignedItem).documentId,
      schemaId,
      (items[0] as SignedItem).viewId,
      {},
    )
    await publishAll(store, [update])
    const { rows } = await driver.query<{ number: bigint; document: bigint }>(
      `SELECT number, document FROM "${harness.schemaName(store)}".entries ORDER BY number`,
    )
    expect(rows.map(({ number }) => number)).toEqual(rows.map((_, index) => BigInt(index + 1)))
    expect(rows.every(({ number, document }) => document <= number)).toBe(true)
  })

  test('publishing on a log that is marked as forked is refused', async () => {
    const created = create('a')
    await publishAll(store, [created])
    await driver.query(`UPDATE "${harness.schemaName(store)}".heads SET forked = true WHERE log_id = $1`, [
      created.args.logId,
    ])
    const update = panda.update(created.documentId, schemaId, created.viewId, {})
    expect(codesOf(await store.publish([update]))).toEqual(['LOG_FORKED'])
    await expect(store.nextArgs(panda.publicKey, created.viewId)).rejects.toMatchObject({ code: 'LOG_FORKED' })
  })

  test('of two stores on one database each sees what the other has published', async () => {
    const other = await harness.reopen(store)
    const { items, schemaId: room } = defineSchema(panda, 'room', { name: 'str' })
    await publishAll(other, items)
    const first = panda.create(room, { name: str('a') })
    await publishAll(store, [first])
    await publishAll(other, [panda.create(room, { name: str('b') })])
    expect((await other.schema(room))?.id).toBe(room)
    expect((await other.documents([first.documentId]))[0]?.id).toBe(first.documentId)
    expect(other.databaseId).toBe(store.databaseId)
  })
})

describe('a store that has not met a schema', () => {
  test('reads documents of it that another store on the database has stored, and returns what comes next', async () => {
    const store = await harness.open()
    const [one, two] = [await harness.reopen(store), await harness.reopen(store)]
    const panda = new Author(3)
    const { items, schemaId } = defineSchema(panda, 'room', { name: 'str' })
    const created = panda.create(schemaId, { name: str('a') })
    await publishAll(store, [...items, created])
    expect((await one.documents([created.documentId]))[0]?.id).toBe(created.documentId)
    expect(await two.nextArgs(panda.publicKey, created.viewId)).toMatchObject({ seqNum: 2n })
  })
})

describe('migrate', () => {
  test('leaves no database id behind and changes nothing when run again', async () => {
    await migrate(driver, 'twice')
    await migrate(driver, 'twice')
    const { rows } = await driver.query('SELECT format, database_id FROM twice.meta')
    expect(rows).toEqual([{ format: DATABASE_FORMAT, database_id: null }])
  })

  test('a database of a later version is DATABASE_TOO_NEW and left as it is', async () => {
    await migrate(driver, 'newer')
    await driver.query('UPDATE newer.meta SET format = 99')
    await expect(openStore(driver, { schemaName: 'newer' })).rejects.toMatchObject({
      code: 'DATABASE_TOO_NEW',
      details: { expected: DATABASE_FORMAT, got: 99 },
    })
    const { rows } = await driver.query('SELECT format, database_id FROM newer.meta')
    expect(rows).toEqual([{ format: 99, database_id: null }])
  })

  test('two databases get ids of their own', async () => {
    const [one, two] = [await harness.open(), await harness.open()]
    expect(one.databaseId).toMatch(/^[0-9a-f]{32}$/)
    expect(one.databaseId).not.toBe(two.databaseId)
  })
})
