import type { DocumentId, Query, QueryInput, Schema } from '@rakko/core'
import type { Document } from '@rakko/store'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { LIVE_QUERIES_AT_ONCE } from '../../src/live/limits.js'
import { LiveQueries } from '../../src/live/live-queries.js'
import { LiveQuery } from '../../src/live/live-query.js'
import { createAll, LiveReader, type LiveWorld, openLive, openLiveWorld } from './live-world.js'

const MANY_QUERIES = 1_000

let world: LiveWorld
let places: DocumentId[]
let open: LiveQuery[]

beforeAll(async () => {
  world = await openLiveWorld()
  const sizes = Array.from({ length: 100 }, (_, size) => ({ name: `place ${size}`, size }))
  places = await createAll(world, world.place, sizes)
})
afterAll(() => world.node.close())
beforeEach(() => {
  open = []
  return () => {
    for (const live of open) live.close()
  }
})

async function read(input: QueryInput): Promise<LiveReader> {
  const live = await openLive(world, world.place, input)
  open.push(live)
  const reader = new LiveReader(live)
  await idle()
  return reader
}

async function idle(): Promise<void> {
  await world.live.idle()
  await new Promise((resolve) => setImmediate(resolve))
}

/** Statements that a write costs, live queries included. */
async function readsOf(write: () => Promise<unknown>): Promise<number> {
  world.reads = 0
  await write()
  await idle()
  return world.reads
}

const create = (size: number) => createAll(world, world.place, [{ name: `new ${size}`, size }])
const update = (documentId: DocumentId | undefined, fields: Readonly<Record<string, unknown>>) =>
  world.node.write([{ action: 'update', schemaId: world.place, documentId: documentId ?? '', fields }])
const remove = (documentId: DocumentId | undefined) =>
  world.node.write([{ action: 'delete', schemaId: world.place, documentId: documentId ?? '' }])
const namesOf = ({ rows }: LiveReader) => rows.map(({ fields }) => fields.get('name')?.value)

test(`with ${MANY_QUERIES} live queries, a write that changes none of their results runs no query`, async () => {
  const [createReads, updateReads] = [
    await readsOf(() => create(2_000)),
    await readsOf(() => update(places[50], { name: 'a' })),
  ]
  const readers: LiveReader[] = []
  for (let number = 0; number < MANY_QUERIES; number += 1) {
    const where = { size: { gte: 10_000 + number }, name: { notEq: `${number}` } }
    const live = await openLive(world, world.place, {
      where,
      orderBy: 'name',
      count: number % 2 === 0,
      first: 1 + (number % 50),
    })
    open.push(live)
    readers.push(new LiveReader(live))
  }
  await idle()
  // Beside the places of no size there is one that many of them hold.
  expect(await readsOf(() => create(10_500))).toBe(createReads)
  const updates = readers.map((reader) => reader.updates)
  expect(updates.filter((count) => count === 2)).toHaveLength(501)

  expect(await readsOf(() => create(3_000))).toBe(createReads)
  expect(await readsOf(() => update(places[51], { size: 4_000 }))).toBe(updateReads)
  expect(
    await readsOf(() =>
      createAll(world, world.show, [{ title: '', starts: 0, rank: 0, place: places[0], others: [], were: [] }]),
    ),
  ).toBe(createReads)
  expect(readers.map((reader) => reader.updates)).toEqual(updates)
})

test('rows enter, move, change and leave without a statement', async () => {
  const where = { size: { gte: 20, lt: 30 } }
  const createReads = await readsOf(() => create(5_000))
  const updateReads = await readsOf(() => update(places[60], { name: 'unseen' }))
  const reader = await read({ where, orderBy: 'size' })
  let entered: DocumentId[] = []
  expect(await readsOf(async () => (entered = await create(25)))).toBe(createReads)
  expect(namesOf(reader).filter((name) => name === 'new 25')).toHaveLength(1)
  expect(await readsOf(() => update(entered[0], { size: 20, name: 'moved' }))).toBe(updateReads)
  expect(namesOf(reader).slice(0, 2)).toContain('moved')
  // What it has led to is remembered.
  expect(await readsOf(() => update(entered[0], { size: 31 }))).toBe(updateReads - 1)
  expect(namesOf(reader)).not.toContain('moved')
  expect(reader.updates).toBe(4)
})

test('rows that come into a page from elsewhere cost one statement for all queries that have to know them', async () => {
  const updateReads = await readsOf(() => update(places[61], { name: 'b' }))
  const inputs = [
    { where: { size: 7_000 } },
    { where: { size: { in: [6_999, 7_000] } }, orderBy: 'name' },
    { where: { size: { gt: 6_990 } }, first: 5 },
  ]
  const readers = await Promise.all(inputs.map(read))
  const rows = readers.map((reader) => reader.rows.length)
  expect(await readsOf(() => update(places[62], { size: 7_000 }))).toBe(updateReads + 1)
  expect(readers.map((reader) => reader.rows.length)).toEqual(rows.map((length) => length + 1))
  for (const reader of readers) expect(namesOf(reader)).toContain('place 62')
})

test('a page is made up for from its reserve, and by one statement where that is used up', async () => {
  const created = await createAll(
    world,
    world.place,
    Array.from({ length: 40 }, (_, index) => ({ name: `run ${index}`, size: -1 - index })),
  )
  const reader = await read({ where: { size: { lt: 0 } }, orderBy: { size: 'desc' }, first: 2 })
  const deleteReads = await readsOf(() => remove(places[63]))
  // It comes after rows that are not held: nobody may take it for the next one.
  await create(-1_000)
  for (let index = 0; index < 15; index += 1) {
    expect(await readsOf(() => remove(created[index]))).toBe(deleteReads)
    expect(namesOf(reader)).toEqual([`run ${index + 1}`, `run ${index + 2}`])
  }
  expect(await readsOf(() => remove(created[15]))).toBe(deleteReads + 1)
  expect(namesOf(reader)).toEqual(['run 16', 'run 17'])
  expect(reader.page?.hasNextPage).toBe(true)
})

test('a reader that is slow gets what happened meanwhile as one change, and the last state', async () => {
  const live = await openLive(world, world.place, { where: { size: 8_000 }, count: true })
  open.push(live)
  expect((await live.next())?.page.count).toBe(0)
  const [first] = await create(8_000)
  await create(8_000)
  await update(first, { name: 'changed' })
  const [gone] = await create(8_000)
  await remove(gone)
  const change = await live.next()
  expect(change?.page.count).toBe(2)
  expect(change?.delta).toMatchObject({ left: [], moved: [], changed: [] })
  expect(change?.delta.entered.map(({ document }) => document.fields.get('name')?.value).sort()).toEqual([
    'changed',
    'new 8000',
  ])
})

test('what comes and goes unseen is no change', async () => {
  const live = await openLive(world, world.place, { where: { size: 8_500 } })
  open.push(live)
  await live.next()
  const waiting = live.next()
  live.stopWaiting()
  expect(await waiting).toBeUndefined()
  const [gone] = await create(8_500)
  await remove(gone)
  const next = live.next()
  const [stays] = await create(8_500)
  expect((await next)?.delta.entered.map(({ document }) => document.id)).toEqual([stays])
})

test('closing ends it at once, whatever is under way', async () => {
  const live = await openLive(world, world.place, { where: { size: 9_000 } })
  await live.next()
  const waiting = live.next()
  const writing = create(9_000)
  live.close()
  expect(await waiting).toBeUndefined()
  await writing
  expect(await live.next()).toBeUndefined()
})

test('what a statement fails with ends the query with its code', async () => {
  const bad = openLive(world, world.place, { where: { nowhere: 1 } })
  await expect(bad).rejects.toMatchObject({ code: 'INVALID_QUERY' })
  const other = await openLiveWorld()
  const doomed = await openLive(other, other.place, {})
  await doomed.next()
  const waiting = doomed.next()
  await other.live.close()
  await expect(waiting).rejects.toMatchObject({ code: 'NODE_CLOSED' })
  await expect(doomed.next()).rejects.toMatchObject({ code: 'NODE_CLOSED' })
  await expect(openLive(other, other.place, {})).rejects.toMatchObject({ code: 'NODE_CLOSED' })
  await other.node.close()
})

test('a row that enters many live queries by a write is held once', async () => {
  const readers = [await read({ where: { size: { gte: 8_000 } } }), await read({ orderBy: 'size', first: 1_000 })]
  const [id] = await create(8_500)
  await idle()
  const entered = readers.map(({ rows }) => rows.find((row) => row.id === id))
  expect(entered[0]?.fields.get('size')?.value).toBe(8_500n)
  expect(entered[0]).toBe(entered[1])
  await update(id, { size: 8_600 })
  await idle()
  const updated = readers.map(({ rows }) => rows.find((row) => row.id === id))
  expect(updated[0]?.fields.get('size')?.value).toBe(8_600n)
  expect(updated[0]).toBe(updated[1])
})

test('a query whose rows take too much memory ends with LIVE_QUERY_TOO_LARGE', async () => {
  const schema: Schema = { ...((await world.node.schema(world.place)) as Schema) }
  const query: Query = {
    schemaId: world.place,
    filter: { kind: 'and', filters: [] },
    order: [{ field: '$id', direction: 'asc' }],
    first: 10,
  }
  const { documents } = await world.node.page(world.place, { first: 1 })
  const live = new LiveQuery(query, schema, {
    wake: () => undefined,
    hold: () => undefined,
    drop: () => undefined,
  })
  const fields = new Map([
    ...(documents[0] as Document).fields,
    ['name', { type: 'str', value: 'x'.repeat(70_000_000) }] as const,
  ])
  const next = live.next()
  live.load({
    documents: [{ ...(documents[0] as Document), fields }],
    hasNextPage: false,
    hasPreviousPage: false,
    number: 1,
  })
  await expect(next).rejects.toMatchObject({ code: 'LIVE_QUERY_TOO_LARGE' })
})

test('a write with many live queries leaves a turn to others between so many of them', async () => {
  const toldAtPauses: number[] = []
  let told = 0
  const queries = new LiveQueries(world.store, async () => {
    await new Promise((resolve) => setImmediate(resolve))
    toldAtPauses.push(told)
  })
  const schema = (await world.node.schema(world.place)) as Schema
  const query: Query = {
    schemaId: world.place,
    filter: { kind: 'and', filters: [] },
    order: [{ field: '$id', direction: 'asc' }],
    first: 300,
  }
  const lives: LiveQuery[] = []
  for (let count = 0; count <= LIVE_QUERIES_AT_ONCE; count += 1) lives.push(await queries.open(query, schema))
  for (const live of lives) await live.next()
  const changes = lives.map((live) => live.next().then(() => told++))
  toldAtPauses.length = 0
  await create(7_000)
  await Promise.all(changes)
  expect(toldAtPauses).toEqual([LIVE_QUERIES_AT_ONCE])
  await queries.close()
})
