import type { DocumentId, DocumentViewId } from '@rakko/core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { Author } from '../../../store/test/support/author.js'
import { str } from '../../../store/test/support/definitions.js'
import { LiveQueries, type LiveStore } from '../../src/live/live-queries.js'
import { createAll, LiveReader, type LiveWorld, openLive, openLiveWorld } from './live-world.js'

/** More views of the past than one ingest makes. */
const PINNED = 300

let world: LiveWorld
beforeAll(async () => {
  world = await openLiveWorld()
})
afterAll(() => world.node.close())

async function idle(): Promise<void> {
  await world.live.idle()
  await new Promise((resolve) => setImmediate(resolve))
}

const createPlaces = (count: number): Promise<DocumentId[]> =>
  createAll(
    world,
    world.place,
    Array.from({ length: count }, (_, size) => ({ name: '', size })),
  )

test('pinned views that maintenance makes are shown when they are made', async () => {
  const places = await createPlaces(PINNED)
  await world.node.write(
    places.map((documentId) => ({ action: 'update', schemaId: world.place, documentId, fields: { name: 'later' } })),
  )
  const live = await openLive(world, world.tour, { include: { places: { first: PINNED } } })
  const reader = new LiveReader(live)
  await createAll(world, world.tour, [{ places }])
  await idle()
  const made = () => reader.rows[0]?.related?.get('places')?.documents.length
  expect(made()).toBeLessThan(PINNED)
  while ((await world.store.maintain()) !== undefined);
  await idle()
  expect(made()).toBe(PINNED)
  live.close()
})

test('what is forgotten while a statement runs does not stay in its page', async () => {
  const [gone, kept] = await createPlaces(2)
  let release: (() => void) | undefined
  const { store } = world
  const late: LiveStore = {
    onCommit: (listener) => store.onCommit(listener),
    onSilentChange: (listener) => store.onSilentChange(listener),
    async snapshot(query) {
      const found = await store.snapshot(query)
      if (!release) await new Promise<void>((resolve) => (release = resolve))
      return found
    },
  }
  const queries = new LiveQueries(late)
  const where = { $id: { in: [gone, kept] } }
  const opening = openLive({ ...world, live: queries }, world.place, { where })
  while (!release) await new Promise((resolve) => setImmediate(resolve))
  await world.node.forget({ document: gone as DocumentId })
  release()
  const reader = new LiveReader(await opening)
  await queries.idle()
  await new Promise((resolve) => setImmediate(resolve))
  expect(reader.rows.map(({ id }) => id)).toEqual([kept])
  await queries.close()
})

test('a document that a withheld payload seemed to make goes with it', async () => {
  const [created] = (await createPlaces(1)) as [DocumentId]
  const stranger = new Author(7)
  const theirs = stranger.update(created, world.place, created as string as DocumentViewId, { name: str('b') })
  const deletion = stranger.delete(created, world.place, theirs.viewId)
  await world.store.ingest([{ entry: theirs.entry }, deletion])
  const live = await openLive(world, world.place, { where: { $id: { in: [created, theirs.id] }, $deleted: true } })
  const reader = new LiveReader(live)
  await idle()
  expect(reader.rows.map(({ id }) => id)).toEqual([theirs.id])
  await world.store.ingest([theirs])
  await idle()
  expect(reader.rows.map(({ id }) => id)).toEqual([created])
  live.close()
})
