import { expect, test } from 'vitest'
import { RakkoError } from '../../src/exports.js'
import type { World } from './transport.js'

/** Creating, changing, reading and listing. */
export function documentTests(world: () => World): void {
  const venuesOf = ({ node, schemas }: World) => node.collection(schemas.venue)

  test('a created document is there when create resolves, with its meta fields', async () => {
    const { node } = world()
    const venues = venuesOf(world())
    const id = await venues.create({ name: 'Main stage', capacity: 500 })
    expect(await venues.get(id)).toEqual({
      $id: id,
      $viewId: id,
      $owner: node.publicKey,
      $signer: node.publicKey,
      $edited: false,
      $deleted: false,
      name: 'Main stage',
      capacity: 500,
    })
  })

  test('an update sets the fields given and leaves the others', async () => {
    const venues = venuesOf(world())
    const id = await venues.create({ name: 'Barn', capacity: 80 })
    const viewId = await venues.update(id, { capacity: 90 })
    expect(await venues.get(id)).toMatchObject({ $viewId: viewId, $edited: true, name: 'Barn', capacity: 90 })
    expect(viewId).not.toBe(id)
  })

  test('a deleted document is gone from every read, and takes no more changes', async () => {
    const venues = venuesOf(world())
    const id = await venues.create({ name: 'Tent to be struck', capacity: 1 })
    await venues.delete(id)
    expect(await venues.get(id)).toBeUndefined()
    expect(await venues.find({ where: { $id: id } })).toEqual([])
    await expect(venues.update(id, { capacity: 2 })).rejects.toMatchObject({ code: 'DOCUMENT_DELETED' })
    await expect(venues.delete(id)).rejects.toMatchObject({ code: 'DOCUMENT_DELETED' })
  })

  test('createMany returns in order, one outcome an item, and one bad item does not touch the others', async () => {
    const venues = venuesOf(world())
    const outcomes = await venues.createMany([
      { name: 'First of many', capacity: 1 },
      { name: 'Half a person', capacity: 0.5 },
      { name: 'Third of many', capacity: 3 },
    ])
    expect(outcomes.map(({ status }) => status)).toEqual(['created', 'refused', 'created'])
    const [first, second, third] = outcomes
    expect(second).toMatchObject({ error: { code: 'INVALID_FIELD', details: { field: 'capacity', got: '0.5' } } })
    expect(second?.status === 'refused' && second.error).toBeInstanceOf(RakkoError)
    for (const [outcome, name] of [[first, 'First of many'] as const, [third, 'Third of many'] as const]) {
      expect(outcome?.status === 'created' && (await venues.get(outcome.id))?.name).toBe(name)
    }
    expect(await venues.createMany([])).toEqual([])
  })

  test('calls in flight together all get through', async () => {
    const venues = venuesOf(world())
    const ids = await Promise.all(
      Array.from({ length: 100 }, (_, index) => venues.create({ name: 'Pipelined', capacity: index })),
    )
    expect(new Set(ids).size).toBe(100)
    const rows = await venues.find({ where: { name: 'Pipelined' }, orderBy: 'capacity' })
    expect(rows.map(({ $id, capacity }) => [$id, capacity])).toEqual(ids.map((id, index) => [id, index]))
  })

  test('find filters and orders; count counts the same', async () => {
    const venues = venuesOf(world())
    await venues.createMany([10, 20, 30, 40].map((capacity) => ({ name: `Filtered ${capacity}`, capacity })))
    const where = { name: { contains: 'Filtered' }, capacity: { gte: 20, lt: 40 } } as const
    const rows = await venues.find({ where, orderBy: { capacity: 'desc' } })
    expect(rows.map(({ name }) => name)).toEqual(['Filtered 30', 'Filtered 20'])
    expect(await venues.count({ where })).toBe(2)
    const either = { $or: [{ name: 'Filtered 10' }, { $and: [where, { $not: { capacity: 20 } }] }] }
    expect((await venues.find({ where: either, orderBy: 'name' })).map(({ capacity }) => capacity)).toEqual([10, 30])
  })

  test('pages follow each other without gap or repetition', async () => {
    const venues = venuesOf(world())
    await venues.createMany(Array.from({ length: 7 }, (_, index) => ({ name: 'Paged', capacity: index % 3 })))
    const query = { where: { name: 'Paged' }, orderBy: 'capacity', first: 3 } as const
    const first = await venues.page(query)
    const second = await venues.page({ ...query, ...(first.endCursor !== undefined && { after: first.endCursor }) })
    const third = await venues.page({ ...query, ...(second.endCursor !== undefined && { after: second.endCursor }) })
    expect([first, second, third].map(({ rows, hasNextPage }) => [rows.length, hasNextPage])).toEqual([
      [3, true],
      [3, true],
      [1, false],
    ])
    const rows = [first, second, third].flatMap((page) => page.rows)
    expect(rows.map(({ capacity }) => capacity)).toEqual([0, 0, 0, 1, 1, 2, 2])
    expect(new Set(rows.map(({ $id }) => $id)).size).toBe(7)
    expect(await venues.page({ where: { name: 'Nobody' } })).toEqual({
      rows: [],
      startCursor: undefined,
      endCursor: undefined,
      hasNextPage: false,
      hasPreviousPage: false,
      count: undefined,
    })
  })

  test('a document is found by its own schema only', async () => {
    const { node, schemas } = world()
    const id = await venuesOf(world()).create({ name: 'Not an event', capacity: 1 })
    const events = node.collection(schemas.event)
    expect(await events.get(id)).toBeUndefined()
    await expect(events.update(id, { title: 'x' })).rejects.toMatchObject({ code: 'SCHEMA_MISMATCH' })
    await expect(events.get(`0020${'0'.repeat(64)}`)).resolves.toBeUndefined()
  })

  test('a change that names an older view makes a branch, which the next change joins', async () => {
    const venues = venuesOf(world())
    const id = await venues.create({ name: 'Branching', capacity: 1 })
    const left = await venues.update(id, { capacity: 2 })
    const both = await venues.update(id, { name: 'Branched' }, { previous: id })
    expect(both.split('_')).toHaveLength(2)
    expect(both.split('_')).toContain(left)
    const joined = await venues.update(id, { capacity: 3 })
    expect(joined.split('_')).toHaveLength(1)
    expect(await venues.get(id)).toMatchObject({ $viewId: joined, name: 'Branched', capacity: 3 })
  })

  test('a view of another document is no previous of this one', async () => {
    const venues = venuesOf(world())
    const [id, other] = [
      await venues.create({ name: 'A', capacity: 1 }),
      await venues.create({ name: 'B', capacity: 1 }),
    ]
    await expect(venues.update(id, { capacity: 2 }, { previous: other })).rejects.toMatchObject({
      code: 'DIFFERENT_DOCUMENTS',
    })
    expect(await venues.get(other)).toMatchObject({ capacity: 1, $edited: false })
  })
}
