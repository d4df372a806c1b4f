import { type Query, SCHEMA_DEFINITION, SCHEMA_FIELD_DEFINITION, type SchemaId } from '@rakko/core'
import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import { MAX_IDLE_FIELDS } from '../src/schemas/schema-registry.js'
import { hexArray } from '../src/sql/column.js'
import { querySql } from '../src/sql/run-sql.js'
import { sql } from '../src/sql/sql.js'
import type { Store } from '../src/store.js'
import { Names } from '../src/tables/names.js'
import { Author, type SignedItem } from './support/author.js'
import { CountingDriver } from './support/counting-driver.js'
import { defineSchema, int, str } from './support/definitions.js'
import { openMemoryDriver } from './support/open-memory-driver.js'
import { openStore } from './support/open-store.js'
import { expectHeld } from './support/outcomes.js'

const FIELDS = 1000
/** So many schemas of the same fields are more than may stay in memory. */
const SCHEMAS = Math.ceil(MAX_IDLE_FIELDS / FIELDS)
/** More than a store reads as it opens. */
const NARROW = 65
const MAX_SLICES = 20

const driver = new CountingDriver(await openMemoryDriver())
afterAll(() => driver.close())

const stranger = new Author(400)
const fields = Array.from({ length: FIELDS }, (_, index) =>
  stranger.create(SCHEMA_FIELD_DEFINITION, { name: str(`f${index}`), type: str('int') }),
)
const [field] = fields
const wide = definitions('wide', SCHEMAS, fields)
const narrow = definitions('narrow', NARROW, fields.slice(0, 1))

function definitions(name: string, count: number, of: readonly SignedItem[]): SignedItem[] {
  return Array.from({ length: count }, (_, index) =>
    stranger.create(SCHEMA_DEFINITION, {
      description: str(`${index}`),
      fields: { type: 'pinned_relation_list', value: of.map(({ viewId }) => viewId) },
      name: str(name),
    }),
  )
}

const panda = new Author(401)
const venue = defineSchema(panda, 'venue', { capacity: 'int' })
const visit = defineSchema(panda, 'visit', { at: `pinned_relation(${venue.schemaId})` })
const tour = defineSchema(
  panda,
  'tour',
  Object.fromEntries(wide.map(({ id }, stop) => [`stop${stop}`, `relation(wide_${id})`])),
)
const zoo = panda.create(venue.schemaId, { capacity: int(1) })
const biggerZoo = panda.update(zoo.documentId, venue.schemaId, zoo.viewId, { capacity: int(2) })
const toZoo = panda.create(visit.schemaId, { at: { type: 'pinned_relation', value: biggerZoo.viewId } })

let names: Names
let store: Store
let stores = 0

beforeEach(async () => {
  driver.failOn = () => false
  names = new Names(`eviction_${++stores}`)
  store = await open()
})

/** Another node on the same database. */
const open = (): Promise<Store> => openStore(driver, { schemaName: `eviction_${stores}` })

async function ingest(to: Store, ...items: readonly SignedItem[]): Promise<void> {
  for (const outcome of await to.ingest(items)) expectHeld(outcome)
}

async function maintain(): Promise<void> {
  for (let slices = 0; await store.maintain(); slices += 1) expect(slices).toBeLessThan(MAX_SLICES)
}

const all = (schemaId: SchemaId): Query => ({
  schemaId,
  filter: { kind: 'and', filters: [] },
  order: [{ field: '$id', direction: 'asc' }],
  first: 10,
})

const capacity = (document: { fields: ReadonlyMap<string, unknown> } | undefined) => document?.fields.get('capacity')

describe('with more schemas than stay in memory', () => {
  test('a snapshot of more of them than stay in memory, all without documents, comes to an end', async () => {
    await ingest(store, ...fields, ...wide, ...tour.items)
    const query: Query = {
      ...all(tour.schemaId),
      include: wide.map(({ id }, stop) => ({
        field: `stop${stop}`,
        type: 'relation',
        query: all(`wide_${id}` as SchemaId),
      })),
    }
    driver.reset()
    // Each schema is read, and the arrival number: what left memory meanwhile is no reason to begin again.
    driver.failOn = () => driver.statements > SCHEMAS + 2
    expect((await store.snapshot(query)).documents).toEqual([])
  })

  test('a schema that left memory while its table was made is known to have it', async () => {
    await ingest(store, ...venue.items, ...fields, zoo, ...wide)
    expect((await store.ingest([zoo])).map(({ status }) => status)).toEqual(['decided'])
    await ingest(store, biggerZoo)
    expect((await store.query(all(venue.schemaId))).documents.map(capacity)).toEqual([int(2)])
  })

  test('what a schema pins that left memory while its table was made is woken', async () => {
    await ingest(store, ...venue.items, ...visit.items, ...fields, toZoo, ...wide)
    await ingest(store, zoo, biggerZoo)
    await maintain()
    expect(await pinnedViews()).toEqual([{ awaits: null, made: true }])
  })

  test('indexes are declared of a schema that left memory meanwhile', async () => {
    await ingest(store, ...venue.items, ...fields, ...wide)
    const ids = wide.map(({ id }) => `wide_${id}` as SchemaId)
    await store.declareIndexes([venue.schemaId, ...ids].map((schemaId) => ({ schemaId, indexes: [] })))
    expect(await store.sql('SELECT * FROM venue')).toEqual([])
  })
})

describe('beside another node that has stored the first document of a schema', () => {
  let other: Store

  beforeEach(async () => {
    await ingest(store, ...venue.items, ...visit.items, field as SignedItem, ...narrow)
    other = await open()
  })

  test('its entries arrive once more', async () => {
    await ingest(store, zoo)
    expect((await other.ingest([zoo])).map(({ status }) => status)).toEqual(['decided'])
    await ingest(other, biggerZoo)
    expect((await other.query(all(venue.schemaId))).documents.map(capacity)).toEqual([int(2)])
  })

  test('it is written to', async () => {
    await ingest(store, zoo)
    expect((await other.publish([biggerZoo])).map(({ status }) => status)).toEqual(['published'])
  })

  test('its views are pinned', async () => {
    await ingest(store, zoo, biggerZoo)
    await ingest(other, toZoo)
    expect(await pinnedViews()).toEqual([{ awaits: null, made: true }])
  })

  test('what it pins is woken', async () => {
    await ingest(store, toZoo)
    await ingest(other, zoo, biggerZoo)
    await maintain()
    expect(await pinnedViews()).toEqual([{ awaits: null, made: true }])
  })

  test('a schema may name an operation of it as its definition', async () => {
    await ingest(store, zoo)
    const [outcome] = await other.ingest([panda.clone().create(`none_${zoo.id}` as SchemaId, { a: int(1) })])
    expect(outcome?.status).toBe('refused')
  })

  test('its documents are forgotten', async () => {
    await ingest(store, zoo)
    await other.forget({ schema: venue.schemaId })
    expect(await store.documents([zoo.documentId])).toEqual([undefined])
  })
})

/** What is kept of the one view that a visit pins. */
async function pinnedViews(): Promise<unknown[]> {
  const { rows } = await querySql(
    driver,
    sql`SELECT awaits, document IS NOT NULL AS made FROM ${names.table('pinned_views')}
      WHERE view_id = ANY(${hexArray([biggerZoo.id])}::bytea[])`,
  )
  return rows
}
