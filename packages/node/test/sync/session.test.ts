import type { SchemaId } from '@rakko/core'
import { MemoryData } from '@rakko/store/memory'
import { describe, expect, test } from 'vitest'
import { Author, type SignedItem } from '../../../store/test/support/author.js'
import { defineSchema, int, str } from '../../../store/test/support/definitions.js'
import { publishAll } from '../../../store/test/support/outcomes.js'
import { meet, stoppedTimers, TestNode } from './sync-world.js'

const developer = new Author(99)
const { items: definition, schemaId } = defineSchema(developer, 'venue', { capacity: 'int', name: 'str' })

const venue = (author: Author, name: string) => author.create(schemaId, { name: str(name), capacity: int(1) })

async function nodeWith(number: number, author: Author, names: readonly string[]): Promise<TestNode> {
  const node = new TestNode(number)
  await publishAll(node.store, definition)
  await publishAll(
    node.store,
    names.map((name) => venue(author, name)),
  )
  return node
}

async function idsOf({ store }: TestNode): Promise<string[]> {
  const { entries } = await store.sync.entriesAfter(0)
  return entries.map(({ id }) => id).toSorted()
}

const names = (count: number, prefix: string) => Array.from({ length: count }, (_, index) => `${prefix}${index}`)

describe('a session of two nodes', () => {
  test('an empty node gets all that the other has', async () => {
    const [full, empty] = [await nodeWith(1, new Author(1), names(50, 'a')), new TestNode(2)]
    const meeting = meet(empty, full)
    await meeting.settled
    expect(await idsOf(empty)).toEqual(await idsOf(full))
    await meeting.close()
  })

  test('two nodes that never met end with the same entries, and send each other only what the other lacks', async () => {
    const one = await nodeWith(1, new Author(1), names(300, 'a'))
    const other = await nodeWith(2, new Author(2), names(5, 'b'))
    const first = meet(one, other)
    await first.settled
    expect(await idsOf(one)).toEqual(await idsOf(other))
    expect(await one.store.stateHash(schemaId as SchemaId)).toBe(await other.store.stateHash(schemaId as SchemaId))
    await first.close()
    // 300 entries of some 240 bytes went one way, and next to nothing the other.
    expect(first.bytes[0]).toBeLessThan(4_000)
  })

  test('who has little knows from the first about how much will come', async () => {
    const full = await nodeWith(1, new Author(1), names(100, 'a'))
    const little = await nodeWith(2, new Author(2), [])
    const meeting = meet(little, full)
    await meeting.settled
    const expected = little.statuses.flatMap((status) => (status.state === 'receiving' ? [status.expected] : []))
    expect(new Set(expected)).toEqual(new Set([100]))
    await meeting.close()
  })

  test('nodes that met before exchange only what is new', async () => {
    const author = new Author(1)
    const one = await nodeWith(1, author, names(300, 'a'))
    const other = new TestNode(2)
    const first = meet(one, other)
    await first.settled
    await first.close()
    await publishAll(one.store, [venue(author, 'new')])
    const second = meet(one, other)
    await second.settled
    expect(await idsOf(one)).toEqual(await idsOf(other))
    expect(second.bytes[0] + second.bytes[1]).toBeLessThan(2_000)
    await second.close()
  })

  test('what a node got from the other does not go back to it when they meet again', async () => {
    const one = await nodeWith(1, new Author(1), names(300, 'a'))
    const other = await nodeWith(2, new Author(2), names(3, 'b'))
    const first = meet(one, other, [{ timers: stoppedTimers }, { timers: stoppedTimers }])
    await first.settled
    // It is told at once how far that leads, without a word of the entries.
    await one.replica.taken(definition.length + 303)
    expect(first.bytes[0]).toBeLessThan(4_000)
    first.cut()
    await Promise.all(first.results)
    const second = meet(one, other)
    await second.settled
    expect(second.bytes[0] + second.bytes[1]).toBeLessThan(6_000)
    await second.close()
  })

  test('a node that was put back to a copy is found out, also where the same has the same number again', async () => {
    const [lost, other, same] = [1, 2, 3].map((author) => venue(new Author(author), 'n')) as [
      SignedItem,
      SignedItem,
      SignedItem,
    ]
    const data = new MemoryData('01'.repeat(16))
    data.opening = new Uint8Array(16).fill(1)
    const hub = new TestNode(1, data)
    await publishAll(hub.store, definition)
    const saved = data.copy()
    await publishAll(hub.store, [lost, same])
    const device = new TestNode(2)
    const first = meet(device, hub)
    await first.settled
    await first.close()
    saved.opening = new Uint8Array(16).fill(2)
    const restored = new TestNode(1, saved)
    await publishAll(restored.store, [other, same])
    const second = meet(device, restored)
    await second.settled
    expect(device.statuses).toContainEqual(expect.objectContaining({ state: 'comparing', lost: 'other-id' }))
    expect(await idsOf(device)).toEqual(await idsOf(restored))
    expect((await idsOf(device)).length).toBe(definition.length + 3)
    await second.close()
  })

  test('what is written while both are live flows at once, and not back', async () => {
    const author = new Author(1)
    const one = await nodeWith(1, author, [])
    const other = new TestNode(2)
    const meeting = meet(one, other, [{ timers: stoppedTimers }, { timers: stoppedTimers }])
    await meeting.settled
    const before = meeting.bytes[0]
    const live = names(20, 'live').map((name) => venue(author, name))
    await publishAll(one.store, live)
    await other.replica.taken(definition.length + live.length)
    expect(await idsOf(one)).toEqual(await idsOf(other))
    await one.replica.taken(definition.length + live.length)
    // An entry takes 240 bytes: of twenty none has come back.
    expect(meeting.bytes[0] - before).toBeLessThan(240 * live.length)
    await meeting.close()
  })
})
