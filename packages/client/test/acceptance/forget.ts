import { expect, test } from 'vitest'
import type { ForgetTarget, Row } from '../../src/exports.js'
import { Watcher } from './live.js'
import type { TestSchemas } from './test-schemas.js'
import type { World } from './transport.js'

/** Removing documents from this node alone, and for good. */
export function forgetTests(world: () => World): void {
  const venuesOf = ({ node, schemas }: World) => node.collection(schemas.venue)

  test('a forgotten document is gone from every read, its past too, and from live queries', async () => {
    const { node } = world()
    const venues = venuesOf(world())
    const id = await venues.create({ name: 'To be forgotten', capacity: 1 })
    const viewId = await venues.update(id, { capacity: 2 })
    const before = await node.stateHash(world().schemas.venue)
    const watcher = new Watcher<Row<TestSchemas['venue']>>()
    const live = venues.live({ where: { $id: id } }, watcher.observer)
    await watcher.until(({ results }) => results.at(-1)?.rows.length === 1)
    await node.forget({ document: id })
    await watcher.until(({ last }) => last.rows.length === 0)
    live.close()
    expect(await venues.get(id)).toBeUndefined()
    expect(await venues.view(viewId)).toBeUndefined()
    expect(await venues.history(id)).toBeUndefined()
    expect(await venues.find({ where: { $id: id, $deleted: { in: [true, false] } } })).toEqual([])
    expect(await node.stateHash(world().schemas.venue)).not.toBe(before)
    await expect(venues.update(id, { capacity: 3 })).rejects.toMatchObject({ code: 'DOCUMENT_NOT_FOUND' })
    await node.forget({ document: id })
  })

  test('all documents of a schema can be forgotten, and new ones created', async () => {
    const { node, schemas } = world()
    const events = node.collection(schemas.event)
    const venue = await venuesOf(world()).create({ name: 'Stays', capacity: 1 })
    await events.createMany([
      { title: 'One', starts: 1, venue },
      { title: 'Two', starts: 2, venue },
    ])
    await node.forget({ schema: schemas.event })
    expect(await events.count()).toBe(0)
    expect(await venuesOf(world()).get(venue)).toMatchObject({ name: 'Stays' })
    const id = await events.create({ title: 'Three', starts: 3, venue })
    expect((await events.find()).map(({ $id }) => $id)).toEqual([id])
  })

  test('a schema is also named by its id, be it one that this node does not know', async () => {
    const { node, schemas } = world()
    const events = node.collection(schemas.event)
    const venue = await venuesOf(world()).create({ name: 'Stays', capacity: 1 })
    await events.create({ title: 'Four', starts: 4, venue })
    await node.forget({ schema: schemas.event.id })
    expect(await events.count()).toBe(0)
    expect(await venuesOf(world()).get(venue)).toMatchObject({ name: 'Stays' })
    await node.forget({ schema: `nowhere_0020${'0'.repeat(64)}` })
  })

  test('what this node has created can be forgotten; it goes on signing', async () => {
    const { node } = world()
    const venues = venuesOf(world())
    await venues.create({ name: 'Mine', capacity: 1 })
    await node.forget({ author: node.publicKey })
    expect(await venues.count({ where: { $owner: node.publicKey } })).toBe(0)
    const id = await venues.create({ name: 'Mine again', capacity: 1 })
    expect(await venues.get(id)).toMatchObject({ name: 'Mine again' })
  })

  test('what is no target, or is still needed, is refused', async () => {
    const { node, schemas } = world()
    const refused = (target: unknown) => expect(node.forget(target as ForgetTarget)).rejects
    await refused({}).toMatchObject({ code: 'INVALID_ARGUMENT' })
    await refused(undefined).toMatchObject({ code: 'INVALID_ARGUMENT' })
    await refused({ document: schemas.venue.id, author: node.publicKey }).toMatchObject({ code: 'INVALID_ARGUMENT' })
    await refused({ document: schemas.venue.id, autor: node.publicKey }).toMatchObject({
      code: 'INVALID_ARGUMENT',
      details: { field: 'autor', expected: 'no option of this name' },
    })
    await refused({ document: '0020' }).toMatchObject({ code: 'INVALID_HASH' })
    await refused({ author: 'nobody' }).toMatchObject({ code: 'INVALID_PUBLIC_KEY' })
    await refused({ schema: 5 }).toMatchObject({ code: 'INVALID_ARGUMENT' })
    await refused({ schema: 'venue' }).toMatchObject({ code: 'INVALID_SCHEMA_ID', details: { field: 'schemaId' } })
    await refused({ schema: 'schema_definition_v1' }).toMatchObject({ code: 'STILL_NEEDED' })
    const [, definition = ''] = schemas.venue.id.split('_')
    await refused({ document: definition }).toMatchObject({ code: 'STILL_NEEDED' })
  })
}
