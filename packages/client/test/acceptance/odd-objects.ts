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

  async function refusalOf(call: () => unknown, name?: string): Promise<RakkoError> {
    const error: unknown = await Promise.resolve()
      .then(call)
      .then(
        () => 'accepted',
        (thrown: unknown) => thrown,
      )
    expect(error, name).toBeInstanceOf(RakkoError)
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

  describe.each(['ownKeys', 'getOwnPropertyDescriptor', 'get', 'getPrototypeOf'])('a proxy whose %s throws', (trap) => {
    const cause = new Error('the trap’s own')
    const trapped = <Target extends object>(target: Target) => new Proxy(target, { [trap]: raise }) as never
    const raise = () => {
      throw cause
    }

    test('is refused, with what it threw as the cause', async () => {
      const { node, schemas, transport } = world()
      const id = await venue()
      const before = await venues().count()
      const fields = () => trapped({ name: 'Trapped', capacity: 1 })
      const options = () => trapped({ deadlineMs: 60_000 })
      const calls: Record<string, () => unknown> = {
        create: () => venues().create(fields()),
        'create with options': () => venues().create({ name: 'Trapped', capacity: 1 }, options()),
        'an idempotency id': () => venues().create({ name: 'Trapped', capacity: 1 }, { idempotencyId: fields() }),
        'update with options': () => venues().update(id, fields(), { deadlineMs: 60_000 }),
        update: () => venues().update(id, fields()),
        delete: () => venues().delete(id, options()),
        'createMany, one of them': () => venues().createMany([fields()]),
        'create in a batch': () => node.batch((write) => write.create(schemas.venue, fields())),
        'update in a batch': () => node.batch((write) => write.update(schemas.venue, id, fields())),
        'delete in a batch': () => node.batch((write) => write.delete(schemas.venue, id, trapped({ previous: id }))),
        'options of a batch': () => node.batch(() => undefined, options()),
        get: () => venues().get(id, options()),
        view: () => venues().view(id, options()),
        history: () => venues().history(id, options()),
        find: () => venues().find(trapped({ where: {} })),
        page: () => venues().page({ where: fields() }),
        count: () => venues().count({ where: fields() }),
        include: () => events().find({ include: trapped({ venue: true }) }),
        live: () => venues().live(trapped({ where: {} }), () => undefined),
        'options of live': () => venues().live({}, () => undefined, trapped({ signal: undefined })),
        'options of ingest': () => node.ingest([], options()),
        'onEvent with options': () => node.onEvent(() => undefined, options()),
        forget: () => node.forget(trapped({ document: id })),
        'forget, its document': () => node.forget({ document: trapped({ id }) }),
        'options of sql': () => node.sql('SELECT 1', [], options()),
        'options of verify': () => node.verify(options()),
        'options of publish': () => node.publish(new Uint8Array(), new Uint8Array(), options()),
        openNode: () => transport.openNode(trapped({ name: 'trapped' })),
        'openNode with schemas': () => transport.openNode({ name: 'trapped', schemas: trapped({ $lock: [] }) }),
        'openNode with purge': () => transport.openNode({ name: 'trapped', purge: trapped({ graceMs: 0 }) }),
        servePort: () => transport.servePort(node, new MessageChannel().port1, trapped({ write: true })),
      }
      const reads: Record<string, () => unknown> = {
        collection: () => node.collection(trapped({ id: schemas.venue.id, fields: {} })),
        signal: () => venues().page({ signal: trapped({ aborted: false }) }),
        'a schema to forget': () => node.forget({ schema: trapped({ id: schemas.venue.id, fields: {} }) }),
        createMany: () => venues().createMany(trapped([{ name: 'Trapped', capacity: 1 }])),
        ingest: () => node.ingest(trapped([])),
        'an item of ingest': () => node.ingest([trapped({ entry: new Uint8Array() })]),
        'params of sql': () => node.sql('SELECT 1', trapped([1])),
        'a list in a batch': () => node.batch((write) => write.create(schemas.event, { venue: trapped([1]) } as never)),
        'versions of schemas': () => transport.openNode({ name: 'trapped', schemas: { $lock: trapped([1]) } as never }),
        'allowed schemas': () => transport.openNode({ name: 'trapped', allowSchemas: trapped([]) }),
        observer: () => venues().live({}, trapped({ next: () => undefined })),
        onEvent: () => node.onEvent(trapped({ next: () => undefined })),
        port: () => transport.openNode({ port: trapped({}) }),
        'port to serve': () => transport.servePort(node, trapped({})),
        'what work returns': () => node.batch(() => trapped({})),
        template: () => node.sql(trapped(Object.assign(['SELECT 1'], { raw: [] }))),
      }
      const bytes: Record<string, () => unknown> = {
        publish: () => node.publish(trapped(new Uint8Array()), new Uint8Array()),
        'an entry of ingest': () => node.ingest([{ entry: trapped(new Uint8Array()) }]),
      }
      const touched = {
        ...calls,
        ...(trap === 'get' && reads),
        ...(['get', 'getPrototypeOf'].includes(trap) && bytes),
      }
      for (const [name, call] of Object.entries(touched)) {
        const error = await refusalOf(call, name)
        expect([error.code, error.details.expected], name).toEqual(['INVALID_ARGUMENT', 'a value that can be read'])
        expect(error.cause, name).toBe(cause)
      }
      expect(await venues().get(id)).toMatchObject({ $viewId: id })
      expect(await venues().count()).toBe(before)
      await venues().delete(id)
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
