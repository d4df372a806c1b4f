import { expect, test } from 'vitest'
import type { World } from './transport.js'

/** Full text, typed by the definitions: `event` declares that its title is searched. */
export function searchTests(world: () => World): void {
  test('a search finds words, sorts by relevance and pages', async () => {
    const { node, schemas } = world()
    const events = node.collection(schemas.event)
    const venue = await node.collection(schemas.venue).create({ name: 'Zyzzyva hall', capacity: 1 })
    const titles = ['Zyzzyva night', 'A zyzzyva, and another zyzzyva', 'Quokka day', 'zyzzyvas\0']
    const outcomes = await events.createMany(titles.map((title, starts) => ({ title, starts, venue })))
    expect(outcomes.map(({ status }) => status)).toEqual(titles.map(() => 'created'))

    const found = await events.find({ where: { $search: 'zyzz' }, orderBy: 'starts' })
    expect(found.map(({ title }) => title)).toEqual([titles[0], titles[1], titles[3]])
    const exact = { where: { $search: { text: 'ZYZZYVA', fields: ['title'], prefix: false } } } as const
    const first = await events.page({ ...exact, orderBy: '$rank', first: 1, count: true })
    expect(first).toMatchObject({ rows: [{ title: titles[1] }], count: 2, hasNextPage: true })
    const next = await events.page({ ...exact, orderBy: '$rank', first: 1, after: first.endCursor ?? '' })
    expect(next).toMatchObject({ rows: [{ title: titles[0] }], hasNextPage: false })
    expect(await events.count({ where: { $search: 'quokka', $not: { $search: 'night' } } })).toBe(1)
    expect(await events.find({ where: { $search: undefined, $id: { in: [] } } })).toEqual([])

    const [event] = await events.find({
      where: { $search: 'quokka' },
      include: { venue: { where: { $search: 'hall' } } },
    })
    expect(event?.venue?.name).toBe('Zyzzyva hall')
  })

  test('a search that cannot be is refused', async () => {
    const { node, schemas } = world()
    const events = node.collection(schemas.event)
    const refused = { code: 'INVALID_QUERY' }
    await expect(
      events.find({ where: { $search: { text: 'a', fields: ['starts' as 'title'] } } }),
    ).rejects.toMatchObject(refused)
    await expect(events.find({ where: { $search: 'x'.repeat(1001) } })).rejects.toMatchObject(refused)
    await expect(events.find({ orderBy: '$rank' })).rejects.toMatchObject(refused)
  })
}
