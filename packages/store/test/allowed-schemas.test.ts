import type { SchemaId } from '@rakko/core'
import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import { MAX_TABLES_PER_AUTHOR } from '../src/schemas/table-limits.js'
import type { Store } from '../src/store.js'
import { Author, type SignedItem } from './support/author.js'
import { CountingDriver } from './support/counting-driver.js'
import { defineSchema, str } from './support/definitions.js'
import { openMemoryDriver } from './support/open-memory-driver.js'
import { openStore } from './support/open-store.js'
import { codesOf, publishAll } from './support/outcomes.js'
import { PgliteHarness } from './support/pglite-harness.js'

const driver = new CountingDriver(await openMemoryDriver())
afterAll(() => driver.close())

const harness = new PgliteHarness(driver)
let store: Store
let panda: Author
let penguin: Author

beforeEach(async () => {
  store = await harness.open()
  panda = new Author(1)
  penguin = new Author(2)
})

async function tables(): Promise<number> {
  const { rows } = await driver.query<{ count: bigint }>(
    'SELECT count(*) AS count FROM pg_class WHERE relnamespace = $1::regnamespace',
    [`"${harness.schemaName(store)}"`],
  )
  return Number(rows[0]?.count)
}

/** So many schemas of one field, which share its definition. */
async function defineMany(count: number): Promise<SchemaId[]> {
  const { items, schemaId } = defineSchema(panda, 'schema_0', { name: 'str' })
  const others = Array.from({ length: count - 1 }, (_, index) =>
    defineSchema(panda, `schema_${index + 1}`, { name: 'str' }),
  )
  await publishAll(store, [...items, ...others.flatMap((other) => other.items)])
  return [schemaId, ...others.map((other) => other.schemaId)]
}

const documentOf = (author: Author, schemaId: SchemaId): SignedItem => author.create(schemaId, { name: str('a') })

describe('the allow list', () => {
  const open = (allowSchemas: readonly SchemaId[]) =>
    openStore(driver, { schemaName: harness.schemaName(store), allowSchemas })

  test('refuses what is not on it, published or from a peer, and stores nothing of it', async () => {
    const [listed, other] = (await defineMany(2)) as [SchemaId, SchemaId]
    const picky = await open([listed])
    const before = await harness.dump(store)
    const refused = documentOf(penguin, other)
    expect(codesOf(await picky.publish([refused]))).toEqual(['SCHEMA_NOT_ALLOWED'])
    expect(await picky.ingest([refused])).toMatchObject([
      { status: 'refused', final: false, error: { code: 'SCHEMA_NOT_ALLOWED', details: { got: other } } },
    ])
    expect(await harness.dump(store)).toEqual(before)
    await publishAll(picky, [documentOf(panda, listed)])
  })

  test('is asked again for what was parked before there was one', async () => {
    const { items, schemaId } = defineSchema(panda, 'late', { name: 'str' })
    const create = documentOf(penguin, schemaId)
    expect(await store.ingest([create])).toMatchObject([{ status: 'waiting', parked: true }])
    const picky = await open([])
    await publishAll(picky, items)
    expect(await picky.documents([create.documentId])).toEqual([undefined])
    expect(await picky.parkedEntryOf(penguin.publicKey)).toBeUndefined()
    // Nothing was kept of it: it may come again where it is allowed.
    picky.allowSchemas([schemaId])
    expect(await picky.ingest([create])).toMatchObject([{ status: 'held' }])
  })

  test('takes definitions all the same, and what the app ships', async () => {
    const picky = await open([])
    const { items, schemaId } = defineSchema(panda, 'shipped', { name: 'str' })
    await publishAll(picky, items)
    const create = documentOf(panda, schemaId)
    expect(codesOf(await picky.publish([create]))).toEqual(['SCHEMA_NOT_ALLOWED'])
    picky.allowSchemas([schemaId])
    await publishAll(picky, [create])
  })
})

describe('tables', () => {
  test('are made with the first document of a schema, however many schemas there are', async () => {
    const before = await tables()
    const [first] = (await defineMany(50)) as [SchemaId]
    expect(await tables()).toBe(before)
    await publishAll(store, [documentOf(panda, first)])
    const after = await tables()
    expect(after).toBeGreaterThan(before)
    await publishAll(store, [documentOf(panda, first), documentOf(penguin, first)])
    expect(await tables()).toBe(after)
  })

  test('are made for one author up to a limit, also over a restart; the documents of others are stored without', async () => {
    const ids = await defineMany(MAX_TABLES_PER_AUTHOR + 3)
    const creates = ids.map((schemaId) => documentOf(penguin, schemaId))
    const before = await tables()
    await publishAll(store, creates.slice(0, -2))
    // Each has an index.
    expect(await tables()).toBe(before + 2 * MAX_TABLES_PER_AUTHOR)
    const reopened = await harness.reopen(store)
    const [first] = creates as [SignedItem]
    await publishAll(reopened, creates.slice(-2, -1))
    await publishAll(reopened, [penguin.update(first.documentId, ids[0] as SchemaId, first.viewId, { name: str('b') })])
    // What rests already gets none for somebody else's document.
    await publishAll(reopened, [documentOf(panda, ids.at(-2) as SchemaId)])
    expect(await tables()).toBe(before + 2 * MAX_TABLES_PER_AUTHOR)
    await publishAll(reopened, [documentOf(panda, ids.at(-1) as SchemaId)])
    expect(await tables()).toBe(before + 2 * MAX_TABLES_PER_AUTHOR + 2)
  })

  test('of a wide schema count as many as they are, those of the app not at all', async () => {
    const ids = await defineMany(MAX_TABLES_PER_AUTHOR + 1)
    const fields = Object.fromEntries(Array.from({ length: 321 }, (_, index) => [`f${1000 + index}`, 'str']))
    const wide = defineSchema(panda, 'wide', fields)
    await publishAll(store, wide.items)
    const values = Object.fromEntries(Object.keys(fields).map((name) => [name, str('')]))
    store.allowSchemas(ids.slice(0, 2))
    const narrow = ids.slice(0, MAX_TABLES_PER_AUTHOR + 1).map((schemaId) => documentOf(penguin, schemaId))
    await publishAll(store, narrow)
    const before = await tables()
    const created = penguin.create(wide.schemaId, values)
    await publishAll(store, [created])
    expect(await tables()).toBe(before)
    expect((await store.documents([created.documentId]))[0]?.fields.size).toBe(321)
    expect(await tables()).toBeGreaterThan(before)
  })
})

describe('a relation to a schema that nobody has published', () => {
  test('blocks nothing: the schema that has it takes documents, which are found and changed', async () => {
    const elsewhere = defineSchema(new Author(3), 'hall', { name: 'str' })
    const { items, schemaId } = defineSchema(panda, 'event', { hall: `relation(${elsewhere.schemaId})`, name: 'str' })
    await publishAll(store, items)
    const hall = documentOf(penguin, elsewhere.schemaId)
    const event = panda.create(schemaId, { hall: { type: 'relation', value: hall.documentId }, name: str('a') })
    await publishAll(store, [event])
    await publishAll(store, [panda.update(event.documentId, schemaId, event.viewId, { name: str('b') })])
    expect(codesOf(await store.publish([hall]))).toEqual(['SCHEMA_NOT_FOUND'])
    const reopened = await harness.reopen(store)
    const [document] = await reopened.documents([event.documentId])
    expect(document?.fields.get('name')).toEqual(str('b'))
    await publishAll(reopened, [...elsewhere.items, hall])
    expect((await reopened.schema(elsewhere.schemaId))?.name).toBe('hall')
  })
})
