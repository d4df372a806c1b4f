import { RakkoError } from '@rakko/core'
import { describe, expect, test } from 'vitest'
import type { OpenNode } from '../../src/exports.js'
import type { World } from './transport.js'

/** Arguments that no types let through: one INVALID_ARGUMENT each, that names what is wrong. */
export function argumentTests(world: () => World): void {
  const venues = () => world().node.collection(world().schemas.venue)
  const fields = { name: 'Wrongly called', capacity: 1 }
  const nowhere = `0020${'5'.repeat(64)}`
  const bytes = new Uint8Array(1)
  const wrong = <Value>(value: unknown) => value as Value

  /** What a call rejects with; it must not throw, and not be anything raw. */
  async function refusalOf(call: () => Promise<unknown>) {
    const error: unknown = await call().then(
      () => 'accepted',
      (thrown: unknown) => thrown,
    )
    expect(error).toBeInstanceOf(RakkoError)
    const { code, message, details } = error as RakkoError
    expect(message).toBe(`Invalid ${details.field}: expected ${details.expected}, got ${details.got}`)
    return { code, field: details.field }
  }

  const calls: [string, (options: never) => Promise<unknown>][] = [
    ['create', (options) => venues().create(fields, options)],
    ['createMany', (options) => venues().createMany([fields], options)],
    ['update', (options) => venues().update(nowhere, fields, options)],
    ['delete', (options) => venues().delete(nowhere, options)],
    ['get', (options) => venues().get(nowhere, options)],
    ['view', (options) => venues().view(nowhere, options)],
    ['history', (options) => venues().history(nowhere, options)],
    ['find', (options) => venues().find(options)],
    ['page', (options) => venues().page(options)],
    ['count', (options) => venues().count(options)],
    ['publish', (options) => world().node.publish(bytes, bytes, options)],
    ['nextArgs', (options) => world().node.nextArgs(world().node.publicKey, undefined, options)],
    ['stateHash', (options) => world().node.stateHash(world().schemas.venue, options)],
    ['forget', (options) => world().node.forget({ document: nowhere }, options)],
    ['sql', (options) => world().node.sql('SELECT 1', [], options)],
    ['storage', (options) => world().node.storage(options)],
    ['requestPersistence', (options) => world().node.requestPersistence(options)],
  ]

  describe.each(calls)('%s', (_name, call) => {
    test('options that are none', async () => {
      for (const options of [null, 'options', 5, true, []]) {
        const refusal = await refusalOf(() => call(wrong(options)))
        expect(refusal).toEqual({ code: 'INVALID_ARGUMENT', field: 'options' })
      }
      expect(await venues().count({ where: { name: fields.name } })).toBe(0)
    })

    test('an option that it has not, among those that it has', async () => {
      const refusal = await refusalOf(() => call(wrong({ deadlineMs: 60_000, limit: 5 })))
      expect(refusal).toEqual({ code: 'INVALID_ARGUMENT', field: 'limit' })
      const alone = await refusalOf(() => call(wrong({ idempotencyID: 'misspelt' })))
      expect(alone).toEqual({ code: 'INVALID_ARGUMENT', field: 'idempotencyID' })
      expect(await venues().count({ where: { name: fields.name } })).toBe(0)
    })

    test('a signal that is none', async () => {
      const { signal } = new AbortController()
      for (const one of [null, 'signal', {}, () => signal, { aborted: true }, new EventTarget()]) {
        const refusal = await refusalOf(() => call(wrong({ signal: one })))
        expect(refusal).toEqual({ code: 'INVALID_ARGUMENT', field: 'signal' })
      }
      expect(await venues().count({ where: { name: fields.name } })).toBe(0)
    })

    test('a deadline that is none', async () => {
      for (const deadlineMs of [null, '5', 0, -1, Number.NaN, 5n]) {
        const refusal = await refusalOf(() => call(wrong({ deadlineMs })))
        expect(refusal).toEqual({ code: 'INVALID_ARGUMENT', field: 'deadlineMs' })
      }
    })
  })

  test('a live query of what is none', async () => {
    const live = (query: unknown, observer: unknown, options?: unknown) =>
      refusalOf(async () => venues().live(wrong<object>(query), wrong<() => void>(observer), wrong(options)))
    for (const options of [null, 'options', 5, []]) {
      expect(await live(options, () => {})).toEqual({ code: 'INVALID_ARGUMENT', field: 'options' })
      expect(await live({}, () => {}, options)).toEqual({ code: 'INVALID_ARGUMENT', field: 'options' })
    }
    for (const observer of [undefined, null, 'observer', {}, { next: 5 }, { next() {}, error: 5 }]) {
      expect(await live({}, observer)).toEqual({ code: 'INVALID_ARGUMENT', field: 'observer' })
    }
    expect(await live({}, () => {}, { signal: {} })).toEqual({ code: 'INVALID_ARGUMENT', field: 'signal' })
  })

  test('a filter as deep as can be is an answer or the caller’s fault, and the node goes on', async () => {
    for (const depth of [50, 500, 1_000, 2_000, 4_000, 8_000, 100_000]) {
      let where: object = { capacity: 1 }
      for (let level = 0; level < depth; level += 1) where = { $not: where }
      const refusal = await venues()
        .count({ where })
        .catch((error: RakkoError) => error.code)
      if (typeof refusal !== 'number') expect(['INVALID_QUERY', 'INVALID_ARGUMENT'], `${depth}`).toContain(refusal)
    }
    expect(await venues().count({ where: { name: 'nobody of this name' } })).toBe(0)
    let circular: object = {}
    circular = Object.assign(circular, { $not: circular })
    expect(await refusalOf(() => venues().find({ where: circular }))).toEqual({
      code: 'INVALID_ARGUMENT',
      field: 'options',
    })
  })

  test('what is no id', async () => {
    const { node } = world()
    const expected = (field: string) => ({ code: 'INVALID_ARGUMENT', field })
    for (const id of [undefined, null, 5, {}]) {
      for (const call of [
        () => venues().update(wrong(id), fields),
        () => venues().delete(wrong(id)),
        () => venues().get(wrong(id)),
        () => venues().history(wrong(id)),
      ]) {
        expect(await refusalOf(call)).toEqual(expected('id'))
      }
      expect(await refusalOf(() => venues().view(wrong(id)))).toEqual(expected('viewId'))
      expect(await refusalOf(() => node.nextArgs(wrong(id)))).toEqual(expected('publicKey'))
      if (id === undefined) continue
      const previous = wrong<string>(id)
      expect(await refusalOf(() => venues().update(nowhere, fields, { previous }))).toEqual(expected('previous'))
      expect(await refusalOf(() => venues().delete(nowhere, { previous }))).toEqual(expected('previous'))
      expect(await refusalOf(() => node.nextArgs(node.publicKey, wrong(id)))).toEqual(expected('viewId'))
    }
  })

  test.each<[string, unknown, string]>([
    ['nothing', undefined, 'name'],
    ['null', null, 'options'],
    ['a text', 'festival', 'options'],
    ['a list', [], 'options'],
    ['no name', {}, 'name'],
    ['a number for a name', { name: 5 }, 'name'],
    ['a name that is a path', { name: '../festival' }, 'name'],
    ['a storage that is not there', { name: 'test', storage: 'floppy' }, 'storage'],
    ['an object for a storage', { name: 'test', storage: {} }, 'storage'],
    ['a number for a directory', { name: 'test', storage: 'memory', directory: 5 }, 'directory'],
    ['an object for a signal', { name: 'test', storage: 'memory', signal: {} }, 'signal'],
    ['a text for a deadline', { name: 'test', storage: 'memory', deadlineMs: '5' }, 'deadlineMs'],
    ['an option that there is none of', { name: 'test', storage: 'memory', dir: 'festival' }, 'dir'],
    ['a number for hubs', { name: 'test', storage: 'memory', sync: 5 }, 'sync'],
    ['a text for authors', { name: 'test', storage: 'memory', sync: { addresses: [], authors: 'x' } }, 'sync.authors'],
    ['what is no list of documents', { name: 'test', sync: { addresses: [], documents: [5] } }, 'sync.documents'],
    ['a text for a truth', { name: 'test', sync: { addresses: [], withoutPieces: 'yes' } }, 'sync.withoutPieces'],
    ['a number for schemas', { name: 'test', storage: 'memory', schemas: 5 }, 'schemas'],
  ])('opening with %s', async (_what, options, field) => {
    const { openNode } = world().transport
    expect(await refusalOf(() => openNode(wrong<Parameters<OpenNode>[0]>(options)))).toEqual({
      code: 'INVALID_ARGUMENT',
      field,
    })
  })

  test('an option that is undefined is one that is not there', async () => {
    const none = { signal: undefined, deadlineMs: undefined }
    const paging = { first: undefined, last: undefined, after: undefined, before: undefined, count: undefined }
    const where = { name: 'Perhaps', capacity: undefined, $search: undefined, $not: undefined, $or: undefined }
    const id = await venues().create({ name: 'Perhaps', capacity: 1 }, { idempotencyId: undefined, ...none })
    await venues().createMany([{ name: 'Perhaps', capacity: 3 }], { idempotencyId: undefined, ...none })
    await venues().update(id, { name: undefined, capacity: 2 }, { previous: undefined, ...none })
    const asked = await venues().page({ where: { name: 'Perhaps' } })
    expect(asked.rows.map(({ capacity }) => capacity).sort()).toEqual([2, 3])
    expect(await venues().page({ where, orderBy: undefined, include: undefined, ...paging, ...none })).toEqual(asked)
    expect(await venues().page({ where, orderBy: { name: undefined, $id: 'asc' } })).toEqual(asked)
    expect(await venues().count({ where, ...none })).toBe(2)
    const { node, schemas } = world()
    const include = { venue: { where: undefined, include: undefined } }
    const events = node.collection(schemas.event)
    expect(await events.find({ where: { title: 'Perhaps' }, include, ...none })).toEqual([])
    expect(await world().node.sql('SELECT 1 AS one', undefined, none)).toEqual([{ one: 1 }])
    await venues().delete(id, { previous: undefined, ...none })
    expect(await venues().get(id, none)).toBeUndefined()
  })

  test('a live query with an option of its third argument, or one that there is none of', () => {
    const { signal } = new AbortController()
    for (const [field, value] of Object.entries({ signal, limit: 5 })) {
      expect(() => venues().live(wrong<object>({ [field]: value }), () => undefined)).toThrow(
        expect.objectContaining({ code: 'INVALID_ARGUMENT', details: expect.objectContaining({ field }) }),
      )
    }
  })

  test('what a port may do is said by names that there are, with true or false', async () => {
    const { node, transport } = world()
    const { port1 } = new MessageChannel()
    const cases: [unknown, string][] = [
      [null, 'options'],
      ['write', 'options'],
      [new Map([['write', true]]), 'options'],
      [{ write: true, wirte: true }, 'wirte'],
      [{ write: 'yes' }, 'write'],
      [{ sql: 1 }, 'sql'],
    ]
    for (const [options, field] of cases) {
      const refusal = await refusalOf(async () => transport.servePort(node, port1, wrong(options)))
      expect(refusal).toEqual({ code: 'INVALID_ARGUMENT', field })
    }
    port1.close()
  })

  test('what is served must be a node', () => {
    const { port1 } = new MessageChannel()
    for (const node of [undefined, null, {}, 'node']) {
      expect(() => world().transport.servePort(wrong(node), port1)).toThrow(
        expect.objectContaining({ code: 'INVALID_ARGUMENT', details: expect.objectContaining({ field: 'node' }) }),
      )
    }
    port1.close()
  })
}
