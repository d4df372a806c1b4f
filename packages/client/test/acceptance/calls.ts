import { expect, test } from 'vitest'
import type { CreateOutcome } from '../../src/exports.js'
import { lockSchemas } from './test-schemas.js'
import { secondClient, type World } from './transport.js'

/** More than one round signs, so that a part of them is stored before the others. */
const MANY = 1_100

/** How calls end, how clients share a node, and how it closes. */
export function callTests(world: () => World): void {
  const venuesOf = ({ node, schemas }: World) => node.collection(schemas.venue)

  test('a create that is aborted rejects at once, and a retry with its id makes one document', async () => {
    const venues = venuesOf(world())
    const controller = new AbortController()
    const fields = { name: 'Aborted', capacity: 1 }
    const aborted = venues.create(fields, { signal: controller.signal, idempotencyId: 'aborted' })
    controller.abort(new Error('changed my mind'))
    await expect(aborted).rejects.toMatchObject({ code: 'ABORTED' })
    const id = await venues.create(fields, { idempotencyId: 'aborted' })
    expect((await venues.find({ where: { name: 'Aborted' } })).map(({ $id }) => $id)).toEqual([id])
  })

  test('a signal that fired before sends nothing', async () => {
    const venues = venuesOf(world())
    const call = venues.create({ name: 'Never sent', capacity: 1 }, { signal: AbortSignal.abort() })
    await expect(call).rejects.toMatchObject({ code: 'ABORTED' })
    expect(await venues.count({ where: { name: 'Never sent' } })).toBe(0)
  })

  test('a call over its deadline rejects, and a retry with its id completes what was begun', async () => {
    const venues = venuesOf(world())
    const items = Array.from({ length: MANY }, (_, capacity) => ({ name: 'Late', capacity }))
    const late = venues.createMany(items, { deadlineMs: 1, idempotencyId: 'late' })
    await expect(late).rejects.toMatchObject({
      code: 'DEADLINE_EXCEEDED',
      details: { method: 'create', deadlineMs: 1 },
    })
    const outcomes = await venues.createMany(items, { idempotencyId: 'late', deadlineMs: Number.POSITIVE_INFINITY })
    expect(outcomes.every(({ status }) => status === 'created')).toBe(true)
    expect(await venues.count({ where: { name: 'Late' } })).toBe(MANY)
  })

  test('a create repeated with its id is the same document, also beside the first and from another client', async () => {
    const venues = venuesOf(world())
    const fields = { name: 'Repeated', capacity: 1 }
    const create = () => venues.create(fields, { idempotencyId: 'repeated' })
    const [first, beside] = await Promise.all([create(), create()])
    const later = await create()
    const second = await secondClient(world())
    const elsewhere = await venuesOf({ ...world(), node: second.node }).create(fields, { idempotencyId: 'repeated' })
    await second.dispose()
    expect([beside, later, elsewhere]).toEqual([first, first, first])
    expect(await venues.count({ where: { name: 'Repeated' } })).toBe(1)
  })

  test('an idempotency id must be one', async () => {
    const venues = venuesOf(world())
    for (const idempotencyId of ['', 'x'.repeat(65), 'a\u0000b', 'a\u001fb', 'a\ud800', 5 as unknown as string]) {
      const item = { name: 'x', capacity: 1 }
      for (const call of [venues.create(item, { idempotencyId }), venues.createMany([item], { idempotencyId })]) {
        await expect(call).rejects.toMatchObject({ code: 'INVALID_ARGUMENT', details: { field: 'idempotencyId' } })
      }
    }
  })

  test('an idempotency id of any allowed length stands for a list too, and is no other id’s item', async () => {
    const venues = venuesOf(world())
    const items = Array.from({ length: 12 }, (_, capacity) => ({ name: 'Listed', capacity }))
    for (const idempotencyId of ['x'.repeat(64), 'a', '1:a']) {
      const once = await venues.createMany(items, { idempotencyId })
      expect(once.every(({ status }) => status === 'created')).toBe(true)
      expect(await venues.createMany(items, { idempotencyId })).toEqual(once)
    }
    const others = ['a/0', 'a/1', '0:a', '1:1:a', 'a:0']
    await Promise.all(others.map((id) => venues.create({ name: 'Listed', capacity: 0 }, { idempotencyId: id })))
    expect(await venues.count({ where: { name: 'Listed' } })).toBe(3 * items.length + others.length)
  })

  test('what a caller does with its fields after a call changes nothing that is written, and writes keep their order', async () => {
    const venues = venuesOf(world())
    const fields = { name: 'Mutated', capacity: 0 }
    const creates: Promise<string>[] = []
    for (fields.capacity = 0; fields.capacity < 3; fields.capacity++) creates.push(venues.create(fields))
    const ids = await Promise.all(creates)
    const rows = await venues.find({ where: { name: 'Mutated' }, orderBy: 'capacity' })
    expect(rows.map(({ $id, capacity }) => [$id, capacity])).toEqual(ids.map((id, capacity) => [id, capacity]))
    const [first = ''] = ids
    const [updated, deleted, late] = await Promise.allSettled([
      venues.update(first, { capacity: 9 }),
      venues.delete(first),
      venues.update(first, { capacity: 10 }),
    ])
    expect([updated.status, deleted.status]).toEqual(['fulfilled', 'fulfilled'])
    expect(late).toMatchObject({ status: 'rejected', reason: { code: 'DOCUMENT_DELETED' } })
  })

  test('two clients that write the same document at once never fork its log', async () => {
    const second = await secondClient(world())
    const clients = [venuesOf(world()), venuesOf({ ...world(), node: second.node })]
    const id = await venuesOf(world()).create({ name: 'Contended', capacity: 0 })
    const changes = Array.from({ length: 20 }, (_, index) => clients[index % 2]?.update(id, { capacity: index }))
    const views = await Promise.all(changes)
    expect(new Set(views).size).toBe(20)
    const { node } = world()
    const row = await venuesOf(world()).get(id)
    // Each followed the view before it: one tip, and as many entries as there were changes.
    expect(row?.$viewId.split('_')).toHaveLength(1)
    expect(await node.nextArgs(node.publicKey, row?.$viewId)).toMatchObject({ seqNum: 22n })
    await second.dispose()
  })

  test('a client that closes leaves the node to the others', async () => {
    const second = await secondClient(world())
    await second.node.close()
    await expect(second.node.storage()).rejects.toMatchObject({ code: 'NODE_CLOSED' })
    expect(await venuesOf(world()).count({ where: { name: 'Nobody' } })).toBe(0)
    await second.dispose()
  })

  test('opening with a lock again is no change; definitions that do not fit it are refused', async () => {
    const { node, schemas, transport } = world()
    const before = await node.nextArgs(node.publicKey)
    await (await secondClient(world())).dispose()
    expect(await node.nextArgs(node.publicKey)).toEqual(before)

    const { venue } = schemas
    const { name, ...fields } = venue.fields
    for (const otherFields of [fields, { ...venue.fields, colour: name }]) {
      const { port1, port2 } = new MessageChannel()
      const stop = transport.servePort(node, port1)
      const locked = { ...schemas, venue: { ...venue, fields: otherFields } } as typeof schemas
      const opening = transport.openNode({ port: port2, schemas: locked })
      await expect(opening).rejects.toMatchObject({ code: 'INVALID_SCHEMA_LOCK' })
      stop()
    }
  })

  test('a damaged lock locks nobody out whose schemas are known', async () => {
    const { node, schemas, transport } = world()
    const { $lock } = schemas
    const damaged = [
      [{ ...$lock[0], entry_hash: $lock[1]?.entry_hash ?? '' }, ...$lock.slice(1)],
      [{ ...$lock[0], entry: 'xyz' }],
      [],
    ]
    for (const commits of damaged) {
      const { port1, port2 } = new MessageChannel()
      const stop = transport.servePort(node, port1)
      const opened = await transport.openNode({
        port: port2,
        schemas: { ...schemas, $lock: commits } as typeof schemas,
      })
      expect(await opened.collection(schemas.venue).count()).toBe(await venuesOf(world()).count())
      await opened.close()
      stop()
    }
  })

  test('closing lets what was begun end, is idempotent, and refuses what comes after', async () => {
    const { transport } = world()
    const schemas = await lockSchemas()
    const { node, dispose } = await transport.open(schemas)
    const venues = node.collection(schemas.venue)
    const begun: Promise<CreateOutcome[]> = venues.createMany([{ name: 'Begun', capacity: 1 }])
    const closing = node.close()
    expect(node.close()).toBe(closing)
    await expect(venues.find()).rejects.toMatchObject({ code: 'NODE_CLOSED' })
    await expect(node.storage()).rejects.toMatchObject({ code: 'NODE_CLOSED' })
    expect(await begun).toMatchObject([{ status: 'created' }])
    await closing
    await expect(venues.create({ name: 'Late', capacity: 1 })).rejects.toMatchObject({ code: 'NODE_CLOSED' })
    await node.close()
    await dispose()
  })
}
