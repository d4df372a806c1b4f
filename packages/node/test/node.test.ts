import type { SchemaId } from '@rakko/core'
import type { Store } from '@rakko/store'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createNode, type Node } from '../src/node.js'
import { nativeSigner } from '../src/nodejs/native-key.js'
import { addSchemas } from '../src/schema-lock.js'
import { lockOf, memoryStore, pause, random } from './support/memory-store.js'

let store: Store
let node: Node

beforeEach(async () => {
  store = await memoryStore()
  node = createNode({
    store,
    signer: nativeSigner(random(32)),
    storage: async () => ({ kind: 'memory', key: 'memory' }),
    pause,
  })
})

afterEach(() => node.close())

describe('the schemas of a lock', () => {
  test('are documents like any other, stored once however often the lock is brought', async () => {
    const lock = await lockOf()
    await node.addSchemas(lock)
    await Promise.all([node.addSchemas(lock), node.addSchemas(lock)])
    expect(await node.schema(lock.venue)).toMatchObject({ name: 'venue', description: 'A place' })
    const { documents } = await node.page('schema_definition_v1' as typeof lock.venue, { orderBy: 'name' })
    expect(documents.map(({ id, edited }) => [id, edited])).toEqual([
      [lock.event.slice('event_'.length), false],
      [lock.venue.slice('venue_'.length), false],
    ])
  })

  test('are not taken again where the app expects none that is unknown', async () => {
    const lock = await lockOf()
    let taken = 0
    const counting = {
      ingest(items: Parameters<typeof store.ingest>[0]) {
        taken += items.length
        return store.ingest(items)
      },
      allowSchemas: (ids: readonly SchemaId[]) => store.allowSchemas(ids),
      schema: (id: SchemaId) => store.schema(id),
      declareIndexes: (indexes: Parameters<typeof store.declareIndexes>[0]) => store.declareIndexes(indexes),
    }
    for (const _ of [1, 2]) expect(await addSchemas(counting, lock)).toEqual([])
    expect(taken).toBe(lock.lock.length)
  })

  test('must be those that the app expects', async () => {
    const { lock, expected, venue } = await lockOf()
    const wrong = [
      [{ id: venue, fields: { name: 'str' } }, `${venue}.capacity`],
      [{ id: venue, fields: { name: 'str', capacity: 'float' } }, `${venue}.capacity`],
      [{ id: venue, fields: { name: 'str', capacity: 'int', more: 'int' } }, `${venue}.more`],
      [{ id: `venue_0020${'0'.repeat(64)}` as typeof venue, fields: {} }, `venue_0020${'0'.repeat(64)}`],
    ] as const
    for (const [one, field] of wrong) {
      const refusal = { code: 'INVALID_SCHEMA_LOCK', details: { field } }
      await expect(node.addSchemas({ lock, expected: [...expected, one] })).rejects.toMatchObject(refusal)
    }
    await node.addSchemas({ lock, expected })
  })
})

describe('closing a node', () => {
  test('lets what runs end, then closes its store, once', async () => {
    const { lock, venue } = await lockOf()
    await node.addSchemas({ lock, expected: [] })
    const writing = node.write([{ action: 'create', schemaId: venue, fields: { name: 'Begun', capacity: 1 } }])
    const reading = node.count(venue, {})
    const closing = node.close()
    expect(node.close()).toBe(closing)
    await expect(node.count(venue, {})).rejects.toMatchObject({ code: 'NODE_CLOSED' })
    expect(await writing).toMatchObject([{ status: 'published' }])
    expect(typeof (await reading)).toBe('number')
    await closing
    await expect(
      store.count({ schemaId: venue, filter: { kind: 'and', filters: [] }, order: [], first: 1 }),
    ).rejects.toMatchObject({
      code: 'NODE_CLOSED',
    })
    await node[Symbol.asyncDispose]()
  })
})
