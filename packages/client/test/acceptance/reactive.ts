import { reactive } from '@vue/reactivity'
import { observable } from 'mobx'
import { describe, expect, test } from 'vitest'
import { RakkoError } from '../../src/exports.js'
import type { World } from './transport.js'

type MakeReactive = <Value extends object>(value: Value) => Value

const LIBRARIES: [string, MakeReactive][] = [
  ['Vue', (value) => reactive(value) as typeof value],
  ['MobX', (value) => observable(value)],
]

/** What state libraries wrap their proxies around is taken as what is within: no structured clone takes a proxy. */
export function reactiveTests(world: () => World): void {
  const collections = () => {
    const { node, schemas } = world()
    return { venues: node.collection(schemas.venue), events: node.collection(schemas.event) }
  }

  describe.each(LIBRARIES)('of %s', (library, wrap) => {
    test('an object is taken by writes', async () => {
      const { venues } = collections()
      const names = [`${library} one`, `${library} two`, `${library} three`]
      const [one, two, three] = names.map((name, capacity) => wrap({ name, capacity }))
      const id = await venues.create(one as never)
      await venues.createMany(wrap([two, three]) as never)
      await venues.update(id, wrap({ capacity: 5 }), wrap({ previous: id }))
      const found = await venues.find({ where: { name: { in: names } }, orderBy: 'capacity' })
      expect(found.map(({ name, capacity }) => [name, capacity])).toEqual([
        [names[1], 1],
        [names[2], 2],
        [names[0], 5],
      ])
    })

    test('an object is taken by queries, deep within and as a whole', async () => {
      const { venues, events } = collections()
      const venue = await venues.create({ name: `${library} hall`, capacity: 7 })
      for (const starts of [1, 2, 3]) await events.create({ title: `${library} evening`, starts, venue })
      const state = wrap({
        where: { title: { in: [`${library} evening`] }, $or: [{ starts: 1 }, { starts: { gt: 2 } }] },
        orderBy: [{ starts: 'desc' as const }, '$id' as const],
        include: { venue: { where: { capacity: { gte: 1 } } } },
        first: 10,
      })
      const titles = [3, 1]
      for (const query of [state, { where: state.where, orderBy: state.orderBy, include: state.include }]) {
        const found = await events.find(query)
        expect(found.map((event) => [event.starts, event.venue?.name])).toEqual(
          titles.map((starts) => [starts, `${library} hall`]),
        )
      }
      expect(await events.count(wrap({ where: state.where }))).toBe(2)
      const rows = await new Promise((resolve, reject) => {
        const live = events.live(state, {
          next(result) {
            live.close()
            resolve(result.rows.map(({ starts }) => starts))
          },
          error: reject,
        })
      })
      expect(rows).toEqual(titles)
    })

    test('an object is taken by SQL, as a list of parameters and as one of them', async () => {
      const { venues } = collections()
      await venues.create({ name: `${library} bar`, capacity: 3 })
      const names = wrap([`${library} bar`, 'elsewhere'])
      const expected = [{ capacity: 3n }]
      const text = 'SELECT capacity FROM venue WHERE name = ANY($1)'
      expect(await world().node.sql(text, wrap([names]))).toEqual(expected)
      expect(await world().node.sql`SELECT capacity FROM venue WHERE name = ANY(${names})`).toEqual(expected)
    })
  })

  test('schemas of Vue are taken, and rows with what they include are theirs', async () => {
    const { node, schemas } = world()
    const { venues } = collections()
    const state = reactive({ schemas })
    const venue = await venues.create({ name: `Wrapped tent`, capacity: 4 })
    const events = node.collection(state.schemas.event)
    await events.create({ title: `Wrapped night`, starts: 1, venue })
    const [event] = await events.find({ where: { venue }, include: { venue: true } })
    expect(event?.venue).toMatchObject({ name: `Wrapped tent`, capacity: 4 })
    const { port1, port2 } = new MessageChannel()
    const stop = world().transport.servePort(node, port1)
    const second = await world().transport.openNode({ port: port2, schemas: state.schemas })
    expect(await second.collection(schemas.venue).get(venue)).toMatchObject({ capacity: 4 })
    await second.close()
    stop()
  })

  test('what no message carries is refused by its name', async () => {
    const { venues } = collections()
    const { sql } = world().node
    const wrong = <Value>(value: unknown) => value as Value
    const name = reactive(new Map([['eq', 'a']]))
    const calls: [string, () => Promise<unknown>][] = [
      ['where.name.eq', () => venues.find({ where: { name: { eq: wrong(() => 'a') } } })],
      ['where.$or[1].name', () => venues.count({ where: { $or: [{ name: 'a' }, { name: wrong(name) }] } })],
      ['orderBy[0]', () => venues.page({ orderBy: wrong([Symbol('name')]) })],
      ['include.venue', () => venues.page(wrong<object>({ include: { venue: () => true } }))],
      ['params[1]', () => sql('SELECT $1, $2', wrong(reactive([1, () => 1])))],
      ['params[0][0]', () => sql`SELECT ${wrong([() => 1])}`],
      ['name', () => venues.create({ name: wrong(name), capacity: 1 })],
      ['items[1].name', () => venues.createMany(wrong([{ name: 'a', capacity: 1 }, { name }]))],
      ['name', () => venues.update('id', { name: wrong(() => 'a') })],
    ]
    const refusals = await Promise.all(
      calls.map(([, call]) =>
        call().then(
          () => 'accepted',
          (error: unknown) => (error instanceof RakkoError ? [error.code, error.details.field] : error),
        ),
      ),
    )
    expect(refusals).toEqual(calls.map(([field]) => ['INVALID_ARGUMENT', field]))
    expect(() => venues.live({ where: { name: wrong(() => 'a') } }, () => {})).toThrow(
      expect.objectContaining({ code: 'INVALID_ARGUMENT', details: expect.objectContaining({ field: 'where.name' }) }),
    )
  })
}
