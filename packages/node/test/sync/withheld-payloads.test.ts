import type { SchemaId } from '@rakko/core'
import { type ArrivedItem, alone } from '@rakko/sync'
import { afterEach, describe, expect, test } from 'vitest'
import { Author } from '../../../store/test/support/author.js'
import { defineSchema, int, str } from '../../../store/test/support/definitions.js'
import { publishAll } from '../../../store/test/support/outcomes.js'
import { type Meeting, meet, TestNode } from './sync-world.js'

const { items: definition, schemaId } = defineSchema(new Author(99), 'venue', { capacity: 'int', name: 'str' })

/** Gives entries on without the payloads of one schema. */
function stripping(node: TestNode): TestNode {
  const { replica } = node
  const stripped = (items: readonly ArrivedItem[]): ArrivedItem[] =>
    items.map(({ id, entry, operation }) =>
      definition.some((one) => one.id === id) ? { id, entry, operation } : { id, entry },
    )
  const [arrivalsAfter, entriesOf] = [replica.arrivalsAfter.bind(replica), replica.entriesOf.bind(replica)]
  replica.arrivalsAfter = async (...args) => {
    const arrivals = await arrivalsAfter(...args)
    return { ...arrivals, items: stripped(arrivals.items) }
  }
  replica.entriesOf = async function* (...args) {
    for await (const items of entriesOf(...args)) yield stripped(items)
  }
  return node
}

async function world() {
  const author = new Author(1)
  const created = author.create(schemaId, { name: str('a'), capacity: int(1) })
  const updated = author.update(created.documentId, schemaId, created.viewId, { capacity: int(2) })
  const deleted = author.create(schemaId, { name: str('b'), capacity: int(1) })
  const remover = author.delete(deleted.documentId, schemaId, deleted.viewId)
  const [honest, stripper, node] = [new TestNode(1), stripping(new TestNode(2)), new TestNode(3)]
  for (const { store } of [honest, stripper]) {
    await publishAll(store, [...definition, created, updated, deleted, remover])
  }
  await publishAll(node.store, definition)
  return { honest, stripper, node }
}

const meetings: Meeting[] = []
const meeting = async (...args: Parameters<typeof meet>): Promise<void> => {
  const one = meet(...args)
  meetings.push(one)
  await one.settled
}
afterEach(async () => {
  await Promise.all(meetings.map((one) => one.close()))
  meetings.length = 0
})

const hashOf = ({ store }: TestNode): Promise<string> => store.stateHash(schemaId as SchemaId)
const idsOf = async ({ store }: TestNode) => (await store.sync.entriesAfter(0)).entries.map(({ id }) => id).toSorted()

describe.each(['entries', 'ids'] as const)('what a peer gives without payloads, asked for %s', (mode) => {
  test('is mended by the next peer that has them', async () => {
    const { honest, stripper, node } = await world()
    await meeting(node, stripper, [{ share: alone(mode) }])
    expect(await hashOf(node)).not.toBe(await hashOf(honest))
    await meeting(node, honest, [{ share: alone(mode) }])
    expect(await idsOf(node)).toEqual(await idsOf(honest))
    expect(await hashOf(node)).toBe(await hashOf(honest))
  })

  test('is mended by a peer that was there all the time', async () => {
    const { honest, stripper, node } = await world()
    await Promise.all([
      meeting(node, stripper, [{ share: alone(mode) }]),
      meeting(node, honest, [{ share: alone(mode) }]),
    ])
    expect(await idsOf(node)).toEqual(await idsOf(honest))
    expect(await hashOf(node)).toBe(await hashOf(honest))
  })
})

/**
 * Somebody's first entry of a document changes it, the next deletes it. Without the payload of the first, the two are a
 * document of their own.
 */
async function hidingWorld() {
  const [author, other] = [new Author(1), new Author(2)]
  const created = author.create(schemaId, { name: str('a'), capacity: int(1) })
  const updated = other.update(created.documentId, schemaId, created.viewId, { capacity: int(2) })
  const remover = other.delete(created.documentId, schemaId, updated.viewId)
  const [honest, node] = [new TestNode(1), new TestNode(3)]
  await publishAll(honest.store, [...definition, created, updated, remover])
  await publishAll(node.store, [...definition, created])
  await node.store.ingest([{ entry: updated.entry }, remover])
  expect(await hashOf(node)).not.toBe(await hashOf(honest))
  return { honest, node, created }
}

describe.each([
  ['everything', 'entries', undefined],
  ['everything', 'ids', undefined],
  ['one schema', 'ids', { schemas: [schemaId] }],
] as const)('two honest nodes that compare %s, asked for %s', (_, mode, scope) => {
  test.each(['the one that was deceived', 'the other'])('are the same, whoever was met by %s', async (by) => {
    const { honest, node, created } = await hidingWorld()
    const options = { share: alone(mode), scope }
    const pair = by === 'the other' ? ([honest, node] as const) : ([node, honest] as const)
    await meeting(...pair, [options, options])
    expect(await hashOf(node)).toBe(await hashOf(honest))
    expect((await node.store.documents([created.documentId]))[0]).toMatchObject({ deleted: true })
    const trees = await Promise.all([node, honest].map(({ replica }) => replica.ids(undefined)))
    expect([...(trees[0]?.hashes() ?? [])]).toEqual([...(trees[1]?.hashes() ?? [])])
  })
})
