import type { Query, SchemaId } from '@rakko/core'
import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import type { Store } from '../src/store.js'
import { hasFindings } from '../src/verify-report.js'
import { Author } from './support/author.js'
import { CountingDriver } from './support/counting-driver.js'
import { defineSchema, int, str } from './support/definitions.js'
import { openMemoryDriver } from './support/open-memory-driver.js'
import { openStore } from './support/open-store.js'
import { publishAll } from './support/outcomes.js'
import { PgliteHarness } from './support/pglite-harness.js'

const MAX_SLICES = 100

const driver = new CountingDriver(await openMemoryDriver())
afterAll(() => driver.close())

const harness = new PgliteHarness(driver)
const stranger = new Author(500)
const venue = defineSchema(stranger, 'venue', { capacity: 'int' })
const visit = defineSchema(stranger, 'visit', { at: `pinned_relation(${venue.schemaId})` })
const zoo = stranger.create(venue.schemaId, { capacity: int(1) })
const toZoo = stranger.create(visit.schemaId, { at: { type: 'pinned_relation', value: zoo.viewId } })
const park = new Author(501).create(venue.schemaId, { capacity: int(2) })

let store: Store

beforeEach(async () => {
  store = await harness.open()
})

/** Another node on the same database. */
const open = (): Promise<Store> => openStore(driver, { schemaName: harness.schemaName(store) })

/** Tables of views, by their names. */
async function tables(): Promise<string[]> {
  const { rows } = await driver.query<{ name: string }>(
    `SELECT tablename AS name FROM pg_tables WHERE schemaname = $1 AND tablename ~ '^[dp][0-9]'
       AND tablename NOT IN ('d1', 'd2', 'p2') ORDER BY 1`,
    [harness.schemaName(store)],
  )
  return rows.map(({ name }) => name)
}

async function maintain(of = store): Promise<string[]> {
  const kinds: string[] = []
  for (let slice = await of.maintain(); slice; slice = await of.maintain()) {
    kinds.push(slice.kind)
    expect(kinds.length).toBeLessThan(MAX_SLICES)
  }
  return kinds.filter((kind) => kind === 'tables')
}

const all = (schemaId: SchemaId): Query => ({
  schemaId,
  filter: { kind: 'and', filters: [] },
  order: [{ field: '$id', direction: 'asc' }],
  first: 10,
})

const capacities = async (of: Store) =>
  (await of.query(all(venue.schemaId))).documents.map(({ fields }) => fields.get('capacity'))

describe('tables of a schema whose documents are all forgotten', () => {
  test('are dropped with the last of them, those of pinned views too, and made again for the next document', async () => {
    await publishAll(store, [...venue.items, ...visit.items, zoo, toZoo])
    await maintain()
    expect(await tables()).toEqual(['d5', 'd6', 'p5'])
    await store.forget({ schema: venue.schemaId })
    expect(await tables()).toEqual(['d6'])
    await store.forget({ author: stranger.publicKey })
    expect(await tables()).toEqual([])
    expect(await capacities(store)).toEqual([])
    await publishAll(store, [park])
    expect(await tables()).toEqual(['d5'])
    expect(await capacities(store)).toEqual([int(2)])
    expect(await maintain()).toEqual([])
  })

  test('are dropped by the next process where this one has failed to', async () => {
    await publishAll(store, [...venue.items, zoo])
    driver.failOn = (text) => text.includes('SET dropped')
    await expect(store.forget({ document: zoo.documentId })).rejects.toMatchObject({ code: 'STORAGE_FAILED' })
    driver.failOn = () => false
    expect([await capacities(store), await tables()]).toEqual([[], ['d5']])
    const reopened = await harness.reopen(store)
    expect(await maintain(reopened)).toEqual(['tables'])
    expect(await tables()).toEqual([])
  })

  test('stay where the app lists the schema, declares it or has views of it', async () => {
    await publishAll(store, [...venue.items, zoo])
    const listing = await open()
    listing.allowSchemas([venue.schemaId])
    const declaring = await open()
    await declaring.declareIndexes([{ schemaId: venue.schemaId, indexes: [] }])
    await listing.forget({ document: zoo.documentId })
    expect(await maintain(listing)).toEqual([])
    expect(await maintain(declaring)).toEqual([])
    expect(await declaring.sql('SELECT * FROM venue')).toEqual([])
    expect(await maintain()).toEqual([])
    expect(await tables()).toEqual(['d5'])
  })

  test('stay while they have rows: documents that a damage has taken can be made again', async () => {
    await publishAll(store, [...venue.items, zoo])
    await driver.query(`DELETE FROM "${harness.schemaName(store)}".documents WHERE schema = 5`)
    const reopened = await harness.reopen(store)
    expect(await maintain(reopened)).toEqual([])
    expect(await tables()).toEqual(['d5'])
    while (!(await reopened.verify()).isDone);
    expect(await capacities(reopened)).toEqual([int(1)])
  })

  test('are many, and go sixteen at a time', async () => {
    const others = Array.from({ length: 20 }, (_, index) => defineSchema(stranger, `other_${index}`, { name: 'str' }))
    await publishAll(
      store,
      others.flatMap(({ items }) => items),
    )
    const author = new Author(502)
    await publishAll(
      store,
      others.map(({ schemaId }) => author.create(schemaId, { name: str('a') })),
    )
    await store.forget({ author: author.publicKey })
    expect(await tables()).toEqual([])
    const { rows } = await driver.query(`SELECT dropped FROM "${harness.schemaName(store)}".arrival`)
    expect(rows).toEqual([{ dropped: 2 }])
  })
})

describe('another node on the database, which knew of the tables', () => {
  let other: Store

  beforeEach(async () => {
    await publishAll(store, [...venue.items, ...visit.items, zoo, toZoo])
    await maintain()
    other = await open()
    expect(await capacities(other)).toEqual([int(1)])
    await store.forget({ schema: venue.schemaId })
  })

  test('returns no documents, however it is asked', async () => {
    expect(await capacities(other)).toEqual([])
    expect(await other.count(all(venue.schemaId))).toBe(0)
  })

  test('includes no pinned views', async () => {
    const query: Query = {
      ...all(visit.schemaId),
      include: [{ field: 'at', type: 'pinned_relation', query: all(venue.schemaId) }],
    }
    const { documents } = await other.snapshot(query)
    expect(documents.map(({ id }) => id)).toEqual([toZoo.documentId])
  })

  test('makes them again for the next document, and both read it', async () => {
    await publishAll(other, [park])
    expect(await capacities(other)).toEqual([int(2)])
    expect(await capacities(store)).toEqual([int(2)])
  })

  test('reads what the other has stored in tables made again', async () => {
    await publishAll(store, [park])
    expect(await capacities(other)).toEqual([int(2)])
    expect((await other.documents([park.documentId])).map((one) => one?.fields.get('capacity'))).toEqual([int(2)])
  })

  test('is verified while they go', async () => {
    await other.verify()
    await store.forget({ author: stranger.publicKey })
    const reports = [await other.verify()]
    while (reports.at(-1)?.isDone === false) reports.push(await other.verify())
    expect(reports.filter(hasFindings)).toEqual([])
  })
})
