import { RakkoError } from '@rakko/core'
import { describe, expect, test } from 'vitest'
import type { World } from './transport.js'

class OwnClass {
  name = 'of a class'
}
const revoked = (): object => {
  const { proxy, revoke } = Proxy.revocable({}, {})
  revoke()
  return proxy
}

const ODD: readonly [string, () => unknown][] = [
  ['an empty Map', () => new Map()],
  ['a Map', () => new Map([['name', 'in a Map']])],
  ['a Set', () => new Set(['name'])],
  ['a Date', () => new Date(0)],
  ['a RegExp', () => /name/],
  ['an Error', () => new Error('name')],
  ['bytes', () => new Uint8Array(2)],
  ['a buffer', () => new ArrayBuffer(2)],
  ['a list', () => [['name', 'in a list']]],
  ['an instance of a class', () => new OwnClass()],
  ['a heir of a plain object', () => Object.create({ name: 'inherited' })],
  ['a proxy that was revoked', revoked],
  ['text', () => 'name, in a text'],
  ['a number', () => 5],
  ['null', () => null],
]

/** Objects whose members are not what they hold: taken as plain ones they would be empty, and change or ask nothing. */
export function oddObjectTests(world: () => World): void {
  const venues = () => world().node.collection(world().schemas.venue)
  const events = () => world().node.collection(world().schemas.event)
  const venue = () => venues().create({ name: 'As it was', capacity: 3 })

  async function refusalOf(call: () => unknown): Promise<RakkoError> {
    const error: unknown = await Promise.resolve()
      .then(call)
      .then(
        () => 'accepted',
        (thrown: unknown) => thrown,
      )
    expect(error).toBeInstanceOf(RakkoError)
    return error as RakkoError
  }

  describe.each(ODD)('%s', (_what, make) => {
    const odd = () => make() as never

    test('is refused where fields are written, and nothing is written', async () => {
      const { node, schemas } = world()
      const id = await venue()
      const others = () => venues().count({ where: { name: { notEq: 'Beside it' } } })
      const before = await others()
      const calls = {
        create: () => venues().create(odd()),
        update: () => venues().update(id, odd()),
        'update with options': () => venues().update(id, odd(), { deadlineMs: 60_000 }),
        'create in a batch': () => node.batch((write) => write.create(schemas.venue, odd())),
        'update in a batch': () => node.batch((write) => write.update(schemas.venue, id, odd())),
      }
      for (const [name, call] of Object.entries(calls)) {
        const { code, details } = await refusalOf(call)
        expect([code, details.field], name).toEqual([
          expect.stringMatching(/^INVALID_(FIELD|ARGUMENT)$/),
          expect.stringMatching(/^(writes\[0\]\.)?fields$/),
        ])
        expect(details.expected, name).toMatch(/object of field values|plain data|that can be read/)
      }
      const items = [{ name: 'Beside it', capacity: 1 }, odd()]
      const [, last] = await venues()
        .createMany(items)
        .catch((error: unknown) => [undefined, { status: 'refused', error }] as const)
      expect(last).toMatchObject({ status: 'refused', error: expect.any(RakkoError) })
      expect(await venues().get(id)).toMatchObject({ name: 'As it was', capacity: 3, $viewId: id })
      expect(await others()).toBe(before)
      await venues().delete(id)
    })

    test('is refused as a query, and as its parts', async () => {
      const parts = {
        where: { where: odd() },
        'where.venue.$or[0]': { where: { $or: [odd()] } },
        orderBy: { orderBy: [odd()] },
        include: { include: odd() },
        'include.venue': { include: { venue: odd() } },
      }
      for (const [path, query] of Object.entries(parts)) {
        const { code, details } = await refusalOf(() => events().find(query as never))
        expect(code, path).toMatch(/^INVALID_(QUERY|ARGUMENT)$/)
        // "Expected an object, got object" would help nobody.
        if (make !== revoked) expect(details.got, path).not.toBe('object')
      }
      expect((await refusalOf(() => events().count({ where: odd() }))).code).toMatch(/^INVALID_(QUERY|ARGUMENT)$/)
      expect((await refusalOf(() => events().find(odd()))).details.field).toBe('options')
    })
  })

  describe('a getter that throws', () => {
    const cause = new Error('the getter’s own')
    const throwing = (name: string, rest: object = {}) =>
      Object.defineProperty({ ...rest }, name, {
        enumerable: true,
        get() {
          throw cause
        },
      }) as never

    test('is named, with what it threw as the cause', async () => {
      const { node, schemas } = world()
      const id = await venue()
      const calls: [string, () => unknown][] = [
        ['name', () => venues().create(throwing('name', { capacity: 1 }))],
        ['items[1].name', () => venues().createMany([{ name: 'Beside it', capacity: 1 }, throwing('name')])],
        ['capacity', () => venues().update(id, throwing('capacity'))],
        ['capacity', () => venues().update(id, throwing('capacity'), { deadlineMs: 60_000 })],
        ['name', () => node.batch((write) => write.create(schemas.venue, throwing('name')))],
        ['capacity', () => node.batch((write) => write.update(schemas.venue, id, throwing('capacity')))],
        ['where.name', () => venues().find({ where: throwing('name') })],
        ['where.name.eq', () => venues().find({ where: { name: throwing('eq') } })],
        ['where', () => venues().count(throwing('where'))],
        ['deadlineMs', () => venues().get(id, throwing('deadlineMs'))],
        ['items[0]', () => node.ingest([throwing('entry')])],
        ['params[0]', () => node.sql('SELECT $1', [throwing('x')])],
      ]
      for (const [field, call] of calls) {
        const error = await refusalOf(call)
        expect([error.code, error.details.field, error.cause]).toEqual([
          'INVALID_ARGUMENT',
          field.startsWith('params') ? expect.stringContaining('params[0]') : field,
          cause,
        ])
      }
      expect(await venues().get(id)).toMatchObject({ $viewId: id })
      await venues().delete(id)
    })
  })
}
