import type { DocumentId, Query, SchemaId } from '@rakko/core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Store } from '../../src/store.js'
import type { VerifyReport } from '../../src/verify-report.js'
import { Author, type SignedItem } from '../support/author.js'
import { defineSchema, int, str } from '../support/definitions.js'
import { openMemoryDriver } from '../support/open-memory-driver.js'
import { PgliteHarness } from '../support/pglite-harness.js'

const driver = await openMemoryDriver()
afterAll(() => driver.close())
const harness = new PgliteHarness(driver)

const [author, other] = [new Author(1), new Author(2)]
const venue = defineSchema(author, 'venue', { name: 'str', seats: 'int', tags: 'relation_list(blob_v1)' })
const visit = defineSchema(author, 'visit', {
  at: `pinned_relation(${venue.schemaId})`,
  before: `pinned_relation_list(${venue.schemaId})`,
})
const noTags = { type: 'relation_list', value: [] } as const
const venues = Array.from({ length: 4 }, (_, index) =>
  author.create(venue.schemaId, { name: str(`venue ${index}`), seats: int(index), tags: noTags }),
) as [SignedItem, SignedItem, SignedItem, SignedItem]
const updates = venues.map(({ documentId, viewId }, index) =>
  (index % 2 ? author : other).update(documentId, venue.schemaId, viewId, { seats: int(10 + index) }),
) as [SignedItem, SignedItem, SignedItem, SignedItem]
/** Of a past view, of a latest one, and of one that nobody has. */
const unknown = new Author(3).create(venue.schemaId, { name: str('far'), seats: int(0), tags: noTags })
const visits = [venues[0], updates[1], unknown].map(({ viewId }, index) =>
  other.create(visit.schemaId, {
    at: { type: 'pinned_relation', value: viewId },
    before: { type: 'pinned_relation_list', value: venues.slice(0, index).map((one) => one.viewId) },
  }),
)
const items = [...venue.items, ...visit.items, ...venues, ...updates, ...visits]
const late = [author, other].map((one, index) =>
  one.update(venues[index + 2]?.documentId as DocumentId, venue.schemaId, updates[index + 2]?.viewId as never, {
    seats: int(100 + index),
  }),
) as [SignedItem, SignedItem]
/** They wait for those. */
const waiting = late.map(({ documentId, viewId }, index) =>
  new Author(10 + index).update(documentId, venue.schemaId, viewId, { name: str('later') }),
) as [SignedItem, SignedItem]

const all = (schemaId: SchemaId, include: Query['include'] = []): Query => ({
  schemaId,
  filter: { kind: 'and', filters: [] },
  order: [{ field: '$id', direction: 'asc' }],
  first: 100,
  include,
})
const withVenues = all(visit.schemaId, [
  { field: 'at', type: 'pinned_relation', query: all(venue.schemaId) },
  { field: 'before', type: 'pinned_relation_list', query: all(venue.schemaId) },
])

/** All that can be read, and what the tables say that a view is kept by. */
async function readAll(store: Store): Promise<Record<string, unknown>> {
  const name = harness.schemaName(store)
  const { rows } = await driver.query(
    `SELECT v.view_id, v.document, v.schema, v.edited, v.follow, v.awaits, v.unpinned,
       ARRAY(SELECT (p.document, p.holder, p.field)::text FROM "${name}".pins AS p WHERE p.view = v.view ORDER BY 1) AS pins
     FROM "${name}".pinned_views AS v ORDER BY v.view`,
  )
  return {
    hash: await store.stateHash(venue.schemaId),
    venues: (await store.query(all(venue.schemaId))).documents,
    visits: (await store.query(withVenues)).documents,
    schemas: await store.schemas(),
    pinned: rows,
  }
}

async function verifyAll(store: Store): Promise<VerifyReport> {
  for (;;) {
    const report = await store.verify()
    if (report.isDone) return report
  }
}

async function open(): Promise<Store> {
  const store = await harness.open()
  await store.ingest(items)
  while (await store.maintain());
  return store
}

/** What a damage does, with `$` for the name of the PostgreSQL schema. */
const damage = (store: Store, text: string) =>
  driver.exec(`${text}; UPDATE $.arrival SET number = number`.replaceAll('$', `"${harness.schemaName(store)}"`))

const NOTHING_LOST = { entries: 0, entryIds: [], documents: [] }
let right: Record<string, unknown>

beforeAll(async () => {
  right = await readAll(await open())
})

test('an entry whose bytes are wrong is lost as one that is gone, and is taken back when it comes again', async () => {
  const store = await open()
  const [first, second] = [venues[1], updates[2]]
  const numbers = [first, second].map((item) => items.indexOf(item) + 1)
  await damage(
    store,
    `UPDATE $.entries SET operation = set_byte(operation, 9, 1) WHERE number = ${numbers[0]};
     UPDATE $.entries SET entry = set_byte(entry, 40, get_byte(entry, 40) # 1) WHERE number = ${numbers[1]}`,
  )
  const { lost } = await verifyAll(store)
  expect({ ...lost, entryIds: [...lost.entryIds].sort() }).toEqual({
    entries: 2,
    entryIds: [first.id, second.id].sort(),
    // That of a CREATE.
    documents: [first.documentId],
  })
  const outcomes = await store.ingest([first, second])
  expect(outcomes).toMatchObject([
    { status: 'decided', isBack: true },
    { status: 'decided', isBack: true },
  ])
  expect(await readAll(store)).toEqual(right)
  expect((await verifyAll(store)).lost).toEqual(NOTHING_LOST)
})

test('columns of an entry are made from its bytes', async () => {
  const store = await open()
  const number = items.indexOf(updates[0]) + 1
  await damage(
    store,
    `UPDATE $.entries SET action = 2, compared = 1, seq_num = 77, author = 1 WHERE number = ${number}`,
  )
  const { lost, repaired } = await verifyAll(store)
  expect({ lost, rows: repaired.rows }).toEqual({ lost: NOTHING_LOST, rows: 1 })
  const fine = await open()
  const rowOf = async (of: Store) =>
    (await driver.query(`SELECT * FROM "${harness.schemaName(of)}".entries WHERE number = ${number}`)).rows
  expect(await rowOf(store)).toEqual(await rowOf(fine))
})

test('of what waits, what is not itself goes: it comes again, and the rest is woken', async () => {
  const store = await open()
  expect(await store.ingest(waiting)).toMatchObject([{ parked: true }, { parked: true }])
  await damage(
    store,
    `UPDATE $.parked SET entry = set_byte(entry, 40, get_byte(entry, 40) # 1)
     WHERE hash = '\\x${waiting[0].id}'`,
  )
  const { lost, repaired } = await verifyAll(store)
  expect({ lost, tables: repaired.tables }).toEqual({ lost: NOTHING_LOST, tables: ['parked'] })
  await store.ingest(late)
  expect(await Promise.all(waiting.map(({ id }) => store.isDecided(id)))).toEqual([false, true])
  expect(await store.ingest(waiting)).toMatchObject([{ status: 'held' }, { status: 'decided' }])
})

test('entries that waited and are gone are counted no more', async () => {
  const store = await open()
  await store.ingest(waiting)
  await damage(store, 'DELETE FROM $.parked')
  expect((await verifyAll(store)).repaired.tables).toEqual(['parked'])
  const { rows } = await driver.query(`SELECT parked, parked_bytes FROM "${harness.schemaName(store)}".arrival`)
  expect(rows).toEqual([{ parked: 0, parked_bytes: 0n }])
})

test.each([
  ['pins of documents', "DELETE FROM $.pins WHERE holder = ''"],
  ['all pins', 'DELETE FROM $.pins'],
  ['pins that nothing pins', 'INSERT INTO $.pins SELECT document, holder, field, sha256(view) FROM $.pins'],
  ['pinned views', 'DELETE FROM $.pinned_views'],
  ['values of pinned views', 'DELETE FROM $.p5'],
  ['other values of pinned views', "UPDATE $.p5 SET f0 = 'wrong', f2 = ARRAY['\\x00'::bytea]"],
  [
    'the signer of a pinned view',
    'UPDATE $.pinned_views SET signer = 77, edited = NOT edited WHERE document IS NOT NULL',
  ],
  ['that a view was made', 'UPDATE $.pinned_views SET document = NULL, schema = NULL, awaits = NULL'],
  [
    'what a view waits for',
    'UPDATE $.pinned_views SET awaits = (SELECT min(hash) FROM $.entries) WHERE document IS NULL',
  ],
  [
    'all of them, with the documents',
    'DELETE FROM $.pins; DELETE FROM $.pinned_views; DELETE FROM $.p5; DELETE FROM $.documents WHERE schema > 4',
  ],
])('what is pinned is made from entries: %s', async (_, text) => {
  const store = await open()
  await damage(store, text)
  const { lost, repaired } = await verifyAll(store)
  while (await store.maintain());
  expect(lost).toEqual(NOTHING_LOST)
  expect(repaired.rows + repaired.documents.length + repaired.tables.length).toBeGreaterThan(0)
  expect(await readAll(store)).toEqual(right)
  const again = await verifyAll(store)
  expect(again.repaired).toEqual({ tables: [], documents: [], rows: 0 })
})

test.each([
  ['names and descriptions', "UPDATE $.schemas SET name = 'x', description = 'y'"],
  ['fields', 'DELETE FROM $.schema_fields WHERE position = 1'],
  ['all fields', 'DELETE FROM $.schema_fields'],
  ['types', "UPDATE $.schema_fields SET type = 'float' WHERE type = 'int'"],
  ['the app’s', 'DELETE FROM $.schemas WHERE number > 4'],
  ['all', 'DELETE FROM $.schemas; DELETE FROM $.schema_fields'],
])('schemas are made from their definitions: %s', async (_, text) => {
  const store = await open()
  await damage(store, text)
  // What was read before stays in memory.
  const reopened = await harness.reopen(store)
  const { lost, repaired } = await verifyAll(reopened)
  expect({ lost, isRepaired: repaired.rows > 0 }).toEqual({ lost: NOTHING_LOST, isRepaired: true })
  expect(await readAll(reopened)).toEqual(right)
  const next = await harness.reopen(reopened)
  expect((await verifyAll(next)).repaired).toEqual({ tables: [], documents: [], rows: 0 })
  expect(await readAll(next)).toEqual(right)
})
