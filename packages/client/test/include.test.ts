import { afterAll, beforeAll, expect, expectTypeOf, test } from 'vitest'
import type { DocumentId, RakkoNode, RowPage } from '../src/exports.js'
import { openNode } from '../src/in-process.js'
import { lockSchemas, type TestSchemas } from './acceptance/test-schemas.js'

let node: RakkoNode
let schemas: TestSchemas
let stage: DocumentId
let tent: DocumentId

beforeAll(async () => {
  schemas = await lockSchemas()
  node = await openNode({ name: 'include', storage: 'memory', schemas })
  const venues = node.collection(schemas.venue)
  stage = await venues.create({ name: 'Stage', capacity: 2n ** 60n + 1n })
  tent = await venues.create({ name: 'Tent', capacity: 20 })
  const stageView = (await venues.get(stage))?.$viewId ?? ''
  await node.collection(schemas.event).create({ title: 'Opening', starts: 10, venue: stage })
  await node.collection(schemas.thing).create({
    flag: true,
    count: 1,
    exact: 2n ** 53n + 1n,
    ratio: -0,
    nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn: 'a\0b',
    data: Uint8Array.of(0, 1),
    place: stage,
    places: [tent, stage, tent],
    version: stageView,
    versions: [stageView],
  })
})
afterAll(() => node.close())

test('A relation that is included holds the row that it leads to, typed', async () => {
  const [event] = await node.collection(schemas.event).find({ include: { venue: true } })
  if (!event) throw new Error('no event')
  expectTypeOf(event.title).toEqualTypeOf<string>()
  expectTypeOf(event.venue?.name).toEqualTypeOf<string | undefined>()
  expectTypeOf(event.venue?.capacity).toEqualTypeOf<number | undefined>()
  expect(event.venue).toEqual({
    ...(await node.collection(schemas.venue).get(stage)),
    $id: stage,
    name: 'Stage',
    capacity: 2n ** 60n + 1n,
  })
})

test('Without it the field holds the id', async () => {
  const [event] = await node.collection(schemas.event).find()
  expectTypeOf(event?.venue).toEqualTypeOf<DocumentId | undefined>()
  expect(event?.venue).toBe(stage)
})

test('A list holds rows in its order, a page where one is asked for; null stands for what a filter leaves out', async () => {
  const [thing] = await node.collection(schemas.thing).find({
    include: {
      place: { where: { name: 'Tent' } },
      places: true,
      version: true,
      versions: { page: true, first: 1, count: true },
    },
  })
  if (!thing) throw new Error('no thing')
  expectTypeOf(thing.versions).toExtend<RowPage<{ readonly name: string }>>()
  expect(thing.place).toBeNull()
  expect(thing.places.map(({ name, capacity }) => [name, capacity])).toEqual([
    ['Tent', 20],
    ['Stage', 2n ** 60n + 1n],
    ['Tent', 20],
  ])
  expect(thing.version?.name).toBe('Stage')
  expect(thing.versions).toMatchObject({ hasNextPage: false, hasPreviousPage: false, count: 1 })
  expect(thing.versions.rows[0]?.name).toBe('Stage')
  expect(thing.exact).toBe(2n ** 53n + 1n)
})

test('A page of a list goes on behind its cursor', async () => {
  const things = node.collection(schemas.thing)
  const names: string[] = []
  let after: string | undefined
  for (let more = true; more; ) {
    const [thing] = await things.find({
      include: { places: { page: true, first: 1, orderBy: { name: 'desc' }, ...(after !== undefined && { after }) } },
    })
    names.push(...(thing?.places.rows.map(({ name }) => name) ?? []))
    more = thing?.places.hasNextPage ?? false
    after = thing?.places.endCursor
  }
  expect(names).toEqual(['Tent', 'Tent', 'Stage'])
})

test('Rows can be paged through from the end', async () => {
  const venues = node.collection(schemas.venue)
  const end = await venues.page({ orderBy: 'name', last: 1, count: true })
  expect(end).toMatchObject({ hasNextPage: false, hasPreviousPage: true, count: 2 })
  expect(end.rows.map(({ name }) => name)).toEqual(['Tent'])
  const before = await venues.page({ orderBy: 'name', last: 1, before: end.startCursor ?? '' })
  expect(before.rows.map(({ name }) => name)).toEqual(['Stage'])
  expect(before).toMatchObject({ hasNextPage: true, hasPreviousPage: false, count: undefined })
})

test('What cannot be included is refused with its place', async () => {
  const venues = node.collection(schemas.event)
  const code = 'INVALID_QUERY'
  const bad = (include: object) => venues.find({ include } as object)
  await expect(bad({ title: true })).rejects.toMatchObject({ code, details: { field: 'include.title' } })
  await expect(bad({ venue: { first: 3 } })).rejects.toMatchObject({ code, details: { field: 'include.venue.first' } })
  await expect(bad({ venue: { where: { nope: 1 } } })).rejects.toMatchObject({
    code,
    details: { field: 'include.venue.where.nope' },
  })
})
