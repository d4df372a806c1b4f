import { expect, expectTypeOf, test } from 'vitest'
import type { World } from './transport.js'

/** Views of the past, and the history that leads to them. */
export function historyTests(world: () => World): void {
  const venuesOf = ({ node, schemas }: World) => node.collection(schemas.venue)

  test('history tells what each operation set, and each leads to the view that it made', async () => {
    const { node } = world()
    const venues = venuesOf(world())
    const id = await venues.create({ name: 'Field', capacity: 10 })
    const left = await venues.update(id, { capacity: 20 })
    const tips = (await venues.update(id, { name: 'Meadow' }, { previous: id })).split('_')
    const right = tips.find((one) => one !== left) ?? ''
    const joined = await venues.update(id, { capacity: 30 })
    const history = (await venues.history(id)) ?? []
    const [first] = history
    expectTypeOf(first?.fields.capacity).toEqualTypeOf<number | undefined>()
    expect(
      history.map(({ id: operation, action, fields, depth, isTip }) => ({ operation, action, fields, depth, isTip })),
    ).toEqual([
      { operation: id, action: 'create', fields: { name: 'Field', capacity: 10 }, depth: 0, isTip: false },
      ...(left < right
        ? [
            { operation: left, action: 'update', fields: { capacity: 20 }, depth: 1, isTip: false },
            { operation: right, action: 'update', fields: { name: 'Meadow' }, depth: 1, isTip: false },
          ]
        : [
            { operation: right, action: 'update', fields: { name: 'Meadow' }, depth: 1, isTip: false },
            { operation: left, action: 'update', fields: { capacity: 20 }, depth: 1, isTip: false },
          ]),
      { operation: joined, action: 'update', fields: { capacity: 30 }, depth: 2, isTip: true },
    ])
    expect(history.at(-1)?.previous).toEqual([left, right].sort())
    expect(history.every(({ publicKey }) => publicKey === node.publicKey)).toBe(true)
    const views = await Promise.all(history.map(({ viewId }) => venues.view(viewId)))
    expect(views[0]).toMatchObject({ $id: id, $viewId: id, $deleted: false, name: 'Field', capacity: 10 })
    expect(views[3]).toEqual(await venues.get(id))
    expect(await venues.view(tips.join('_'))).toMatchObject({ name: 'Meadow', capacity: 20 })
  })

  test('a deleted document keeps its past', async () => {
    const venues = venuesOf(world())
    const id = await venues.create({ name: 'Gone', capacity: 1 })
    const viewId = await venues.delete(id)
    expect(await venues.view(id)).toMatchObject({ $deleted: true, $edited: false, name: 'Gone', capacity: 1 })
    expect(await venues.view(viewId)).toMatchObject({ $deleted: true, name: undefined })
    expect((await venues.history(id))?.map(({ action }) => action)).toEqual(['create', 'delete'])
  })

  test('two nodes with the same documents have the same state hash, which every change changes', async () => {
    const { node, schemas } = world()
    const venues = venuesOf(world())
    const before = await node.stateHash(schemas.venue)
    const id = await venues.create({ name: 'Hashed', capacity: 1 })
    const created = await node.stateHash(schemas.venue)
    await venues.delete(id)
    const hashes = [before, created, await node.stateHash(schemas.venue)]
    expect(new Set(hashes).size).toBe(3)
    expect(hashes.every((hash) => /^[0-9a-f]{64}$/.test(hash))).toBe(true)
    const unknown = { ...schemas.venue, id: `venue_0020${'0'.repeat(64)}` as typeof schemas.venue.id }
    await expect(node.stateHash(unknown)).rejects.toMatchObject({ code: 'SCHEMA_NOT_FOUND' })
    await expect(node.stateHash({} as typeof schemas.venue)).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' })
  })

  test('what is unknown or of another schema has neither', async () => {
    const { node, schemas } = world()
    const events = node.collection(schemas.event)
    const id = await venuesOf(world()).create({ name: 'Not an event', capacity: 1 })
    const unknown = `0020${'0'.repeat(64)}`
    expect(
      await Promise.all([events.view(id), events.view(unknown), events.history(id), events.history(unknown)]),
    ).toEqual([undefined, undefined, undefined, undefined])
    await expect(events.view('0020')).rejects.toMatchObject({ code: 'INVALID_HASH' })
    await expect(events.view(`${id}_${id}`)).rejects.toMatchObject({ code: 'INVALID_DOCUMENT_VIEW_ID' })
    await expect(events.history('0020')).rejects.toMatchObject({ code: 'INVALID_HASH' })
    await expect(events.view(7 as unknown as string)).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' })
  })
}
