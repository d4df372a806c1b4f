import { expect, test } from 'vitest'
import type { BatchWriter, NewDocument, Row } from '../../src/exports.js'
import { Watcher } from './live.js'
import { LONG_NAME, type TestSchemas } from './test-schemas.js'
import { secondClient, type World } from './transport.js'

const NOWHERE = `0020${'0'.repeat(64)}`

/** Writes across collections that are stored together or not at all. */
export function batchTests(world: () => World): void {
  const collections = ({ node, schemas } = world()) => ({
    venues: node.collection(schemas.venue),
    events: node.collection(schemas.event),
    things: node.collection(schemas.thing),
  })

  test('a batch writes to several collections, and what it creates can be named in what it writes after', async () => {
    const { node, schemas } = world()
    const { venues, events, things } = collections()
    const old = await venues.create({ name: 'Batch old', capacity: 1 })
    const gone = await venues.create({ name: 'Batch gone', capacity: 1 })
    const written = await node.batch((write) => {
      const venue = write.create(schemas.venue, { name: 'Batch new', capacity: 5 })
      write.create(schemas.event, { title: 'Batch event', starts: 1, venue })
      write.update(schemas.venue, old, { capacity: 2 })
      write.delete(schemas.venue, gone)
      write.update(schemas.venue, venue, { capacity: 6 })
      write.update(schemas.venue, venue, { capacity: 7 })
      write.update(schemas.venue, venue, { capacity: 8 })
      const values = { flag: true, count: 1, exact: 2n, ratio: 3, [LONG_NAME]: 'n', data: new Uint8Array([1]) }
      write.create(schemas.thing, { ...values, place: venue, places: [venue, old], version: venue, versions: [venue] })
    })
    const [venue, event, updated, deleted, , , last, thing] = written
    expect([written.length, updated?.id, deleted?.id, last?.id]).toEqual([8, old, gone, venue?.id])
    expect(await venues.get(venue?.id ?? '')).toMatchObject({ capacity: 8, $viewId: last?.viewId, $edited: true })
    expect(await events.get(event?.id ?? '')).toMatchObject({ title: 'Batch event', venue: venue?.id })
    expect(await venues.get(old)).toMatchObject({ capacity: 2, $viewId: updated?.viewId })
    expect(await venues.get(gone)).toBeUndefined()
    expect(await things.get(thing?.id ?? '')).toMatchObject({
      place: venue?.id,
      places: [venue?.id, old],
      version: last?.viewId,
      versions: [last?.viewId],
    })
    expect(await venues.history(venue?.id ?? '')).toHaveLength(4)
  })

  test('one write that is refused keeps all from being stored, says which, and the log goes on without a gap', async () => {
    const { node, schemas } = world()
    const { venues } = collections()
    const before = await node.nextArgs(node.publicKey)
    const batch = (bad: (write: BatchWriter, venue: NewDocument) => void) =>
      node.batch((write) => bad(write, write.create(schemas.venue, { name: 'Half', capacity: 1 })))
    const unknown = { ...schemas.venue, id: schemas.venue.id.replace(/.$/, 'x') } as never
    const refusals: readonly (readonly [string, Parameters<typeof batch>[0]])[] = [
      ['INVALID_FIELD', (write) => write.create(schemas.venue, { name: 5, capacity: 1 } as never)],
      ['MISSING_FIELD', (write) => write.create(schemas.venue, { name: 'x' } as never)],
      ['INVALID_FIELD', (write) => write.create(schemas.event, { title: '', starts: 1, venue: { index: 0 } })],
      ['DOCUMENT_NOT_FOUND', (write) => write.update(schemas.venue, NOWHERE, { capacity: 2 })],
      ['SCHEMA_MISMATCH', (write, venue) => write.update(schemas.event, venue, { starts: 2 })],
      ['SCHEMA_NOT_FOUND', (write) => write.delete(unknown, NOWHERE)],
    ]
    for (const [code, bad] of refusals) {
      await expect(batch(bad), code).rejects.toMatchObject({ name: 'RakkoError', code, details: { index: 1 } })
    }
    const twice = node.batch((write) => {
      const venue = write.create(schemas.venue, { name: 'Half', capacity: 1 })
      write.delete(schemas.venue, venue)
      write.update(schemas.venue, venue, { capacity: 2 })
    })
    await expect(twice).rejects.toMatchObject({ details: { index: 2 } })
    expect(await venues.count({ where: { name: 'Half' } })).toBe(0)
    expect(await node.nextArgs(node.publicKey)).toEqual(before)
    await venues.create({ name: 'After half', capacity: 1 })
    expect(await node.nextArgs(node.publicKey)).toMatchObject({ logId: before.logId + 1n })
  })

  test('a batch takes one change of a stored document', async () => {
    const { node, schemas } = world()
    const { venues } = collections()
    const id = await venues.create({ name: 'Changed once', capacity: 1 })
    const changing = node.batch((write) => {
      write.update(schemas.venue, id, { capacity: 2 })
      write.update(schemas.venue, id, { capacity: 3 })
    })
    await expect(changing).rejects.toMatchObject({ code: 'INVALID_ARGUMENT', details: { field: 'document', index: 1 } })
    expect(await venues.get(id)).toMatchObject({ capacity: 1 })
  })

  test('a batch repeated with its id writes nothing more, also from another client, and is no create’s', async () => {
    const { node, schemas } = world()
    const { venues, events } = collections()
    const options = { idempotencyId: 'batched' }
    const work = (write: BatchWriter) => {
      const venue = write.create(schemas.venue, { name: 'Batched once', capacity: 1 })
      write.create(schemas.event, { title: 'Batched once', starts: 1, venue })
    }
    const [first, beside] = await Promise.all([node.batch(work, options), node.batch(work, options)])
    const second = await secondClient(world())
    expect([beside, await second.node.batch(work, options)]).toEqual([first, first])
    await second.dispose()
    const longer = node.batch((write) => {
      for (let writes = 0; writes < 3; writes += 1) work(write)
    }, options)
    const shorter = node.batch((write) => {
      write.create(schemas.venue, { name: 'Batched once', capacity: 1 })
    }, options)
    for (const one of [longer, shorter]) {
      await expect(one).rejects.toMatchObject({ code: 'INVALID_ARGUMENT', details: { field: 'idempotencyId' } })
    }
    const created = await venues.create({ name: 'Batched once', capacity: 2 }, options)
    expect(created).not.toBe(first[0]?.id)
    expect([
      await venues.count({ where: { name: 'Batched once' } }),
      await events.count({ where: { title: 'Batched once' } }),
    ]).toEqual([2, 1])
    await expect(node.batch(work, { idempotencyId: '' })).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' })
  })

  test('live queries see a batch as one change, after the writes that were made before it', async () => {
    const { node, schemas } = world()
    const { venues } = collections()
    const watcher = new Watcher<Row<TestSchemas['venue']>>()
    const live = venues.live({ where: { name: { in: ['In one', 'Before'] } }, orderBy: 'capacity' }, watcher.observer)
    await watcher.until(({ results }) => results.length === 1)
    const before = venues.create({ name: 'Before', capacity: 0 })
    const written = node.batch((write) => {
      for (let capacity = 1; capacity <= 20; capacity += 1) write.create(schemas.venue, { name: 'In one', capacity })
    })
    await Promise.all([before, written])
    await watcher.until(({ last }) => last.rows.length === 21)
    live.close()
    expect(watcher.results.map(({ rows }) => rows.length)).not.toContainEqual(expect.toSatisfy((n) => n > 1 && n < 21))
    expect((await written).map(({ id }) => id)).toEqual(watcher.last.rows.slice(1).map(({ $id }) => $id))
  })

  test('what is no batch is refused, and nothing is written', async () => {
    const { node, schemas } = world()
    const refused = (work: unknown, options?: unknown) => expect(node.batch(work as never, options as never)).rejects
    const invalid = (field: string) => ({ code: 'INVALID_ARGUMENT', details: { field } })
    await refused(undefined).toMatchObject(invalid('work'))
    await refused(async () => undefined).toMatchObject(invalid('work'))
    // biome-ignore lint/suspicious/noThenProperty: a Promise of another kind is what it has.
    const otherPromise = { then: (done: () => void) => done() }
    await refused((write: BatchWriter) => {
      write.create(schemas.venue, { name: 'Thrown', capacity: 1 })
      return otherPromise
    }).toMatchObject(invalid('work'))
    for (const fields of [[], 'text', { name: 'Thrown', capacity: new Array(2 ** 32 - 1) }]) {
      const code = typeof fields === 'object' && 'capacity' in fields ? 'INVALID_ARGUMENT' : 'INVALID_FIELD'
      const updating = (write: BatchWriter) => {
        const venue = write.create(schemas.venue, { name: 'Thrown', capacity: 1 })
        write.update(schemas.venue, venue, fields as never)
      }
      await refused(updating).toMatchObject({ code })
    }
    await refused((write: BatchWriter) => write.create('venue' as never, {})).toMatchObject(invalid('schema'))
    await refused((write: BatchWriter) => write.delete(schemas.venue, 5 as never)).toMatchObject(invalid('document'))
    await refused((write: BatchWriter) => write.delete(schemas.venue, { index: 0 })).toMatchObject(invalid('document'))
    await refused(() => undefined, { once: true }).toMatchObject(invalid('once'))
    const many = (write: BatchWriter) => {
      for (let count = 0; count <= 4_096; count += 1) write.delete(schemas.venue, NOWHERE)
    }
    await refused(many).toMatchObject(invalid('writes'))
    const own = new Error('the app changed its mind')
    await expect(
      node.batch((write) => {
        write.create(schemas.venue, { name: 'Thrown', capacity: 1 })
        throw own
      }),
    ).rejects.toBe(own)
    let late: BatchWriter | undefined
    expect(
      await node.batch((write) => {
        late = write
      }),
    ).toEqual([])
    expect(() => late?.delete(schemas.venue, NOWHERE)).toThrow(expect.objectContaining({ code: 'INVALID_ARGUMENT' }))
    expect(await node.collection(schemas.venue).count({ where: { name: 'Thrown' } })).toBe(0)
  })

  test('many writes that build on nothing are signed and stored together', async () => {
    const { node, schemas } = world()
    const written = await node.batch((write) => {
      for (let capacity = 0; capacity < 1_000; capacity += 1)
        write.create(schemas.venue, { name: 'Thousand', capacity })
    })
    expect(new Set(written.map(({ id }) => id)).size).toBe(1_000)
    expect(await node.collection(schemas.venue).count({ where: { name: 'Thousand' } })).toBe(1_000)
  })
}
