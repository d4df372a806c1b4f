import { RakkoError } from '@rakko/core'
import {
  alone,
  memoryChannels,
  metersOf,
  type PeerQuota,
  type Refused,
  type SessionResult,
  SyncSession,
} from '@rakko/sync'
import { describe, expect, test } from 'vitest'
import { Author, type SignedItem } from '../../../store/test/support/author.js'
import { defineSchema, int, str } from '../../../store/test/support/definitions.js'
import { publishAll } from '../../../store/test/support/outcomes.js'
import { AuthorQuota } from '../../src/sync/author-quota.js'
import { NodeSync } from '../../src/sync/node-sync.js'
import { StoreReplica } from '../../src/sync/store-replica.js'
import { checkQuotas } from '../../src/sync/sync-quotas.js'
import { peersOf } from './peers-of.js'
import { meet, realTimers, syncOptionsOf, TestNode } from './sync-world.js'

const { items: definition, schemaId } = defineSchema(new Author(99), 'venue', { capacity: 'int', name: 'str' })
const venues = (author: Author, count: number) =>
  Array.from({ length: count }, (_, index) => author.create(schemaId, { name: str(`${index}`), capacity: int(1) }))
const bytesOf = (items: readonly SignedItem[]) =>
  items.reduce((sum, { entry, operation }) => sum + entry.length + operation.length, 0)
const idsOf = async ({ store }: TestNode) => (await store.sync.entriesAfter(0)).entries.map(({ id }) => id).toSorted()

async function nodeWith(number: number, items: readonly SignedItem[]): Promise<TestNode> {
  const node = new TestNode(number)
  await publishAll(node.store, [...definition, ...items])
  return node
}

describe('what one peer may give in an hour', () => {
  /** A hub of a quota, which peers dial one after another. */
  function hubOf(quota: PeerQuota) {
    const hub = new TestNode(1)
    let now = 0
    const peers = peersOf(hub, {
      dial: () => {
        throw new RakkoError('CHANNEL_CLOSED', 'Nobody is dialled')
      },
      now: () => now,
      meterOf: metersOf(quota, () => now),
    })
    return {
      hub,
      pass: (ms: number) => {
        now += ms
      },
      /** Speaks until all of it was taken, or the session has ended. */
      async speak(caller: string | undefined, node: TestNode): Promise<SessionResult | 'taken'> {
        const { ends } = memoryChannels()
        const result = peers.accept(ends[1], { caller })
        const session = new SyncSession({
          share: alone(),
          channel: ends[0],
          replica: node.replica,
          identity: { publicKey: node.publicKey },
          random: (length) => new Uint8Array(length).fill(2),
          timers: realTimers,
        })
        const own = session.run()
        const { number } = await node.store.sync.latestArrival()
        const ended = await Promise.race([result, hub.replica.taken(number).then(() => 'taken' as const)])
        session.close()
        await Promise.all([own, result])
        return ended
      },
    }
  }

  test('is counted by who calls, over all sessions; what was used comes back within the hour', async () => {
    const author = new Author(1)
    const items = venues(author, 60)
    const { hub, speak, pass } = hubOf({ bytes: 1_000_000, entries: 50 })
    const [few, many] = [await nodeWith(2, items.slice(0, 40)), await nodeWith(3, items)]
    expect(await speak('here', few)).toBe('taken')
    for (let again = 0; again < 2; again += 1) {
      expect(await speak('here', many)).toMatchObject({ code: 'too-much', by: 'us' })
    }
    expect(await idsOf(hub)).toEqual(await idsOf(few))
    pass(3_600_000)
    expect(await speak('here', many)).toBe('taken')
    expect(await idsOf(hub)).toEqual(await idsOf(many))
  })

  test('does not hurt others, and is counted in bytes too', async () => {
    const items = venues(new Author(1), 20)
    const { hub, speak } = hubOf({ bytes: bytesOf([...definition, ...items.slice(0, 15)]), entries: 1_000 })
    const [large, small] = [await nodeWith(2, items), await nodeWith(3, items.slice(0, 10))]
    expect(await speak(undefined, large)).toMatchObject({ code: 'too-much' })
    expect(await speak(undefined, small)).toBe('taken')
    expect(await idsOf(hub)).toEqual(await idsOf(small))
  })
})

describe('what is stored of one author', () => {
  const [penguin, panda] = [new Author(2), new Author(1)]
  const much = venues(penguin, 30)
  const later = penguin.update((much[29] as SignedItem).documentId, schemaId, (much[29] as SignedItem).viewId, {
    capacity: int(2),
  })
  const little = venues(panda, 5)

  function limited(node: TestNode, bytes: number) {
    const reached: string[] = []
    const quota = new AuthorQuota({
      bytes,
      sync: node.store.sync,
      ingest: (items) => node.store.ingest(items),
      onReached: (publicKey) => reached.push(publicKey),
    })
    return { reached, replica: new StoreReplica({ store: node.store, ingest: (items) => quota.ingest(items) }) }
  }

  test('is bounded: the rest is refused and told, others are taken, and all comes once the quota is raised', async () => {
    const [full, node] = [await nodeWith(1, [...much, later, ...little]), await nodeWith(2, much.slice(0, 2))]
    const bytes = bytesOf(much.slice(0, 10))
    const { reached, replica } = limited(node, bytes)
    const refused: Refused[] = []
    const met = meet(node, full, [{ replica, onRefused: (one) => refused.push(one) }])
    await met.settled
    expect(reached).toEqual([penguin.publicKey])
    expect(new Set(refused.map(({ error }) => error.code))).toEqual(new Set(['QUOTA_EXCEEDED']))
    expect(refused).toHaveLength(much.length - 10 + 1)
    expect(await node.store.sync.storedBytes([penguin.publicKey, panda.publicKey])).toEqual([bytes, bytesOf(little)])
    await met.close()
    const raised = limited(node, 10 * bytes)
    const other = await nodeWith(3, [...much, later, ...little])
    const again = meet(node, other, [{ replica: raised.replica }])
    await again.settled
    expect(await idsOf(node)).toEqual(await idsOf(full))
    expect(raised.reached).toEqual([])
    await again.close()
  })

  test('counts nothing twice: neither what was here, nor what was refused or comes again', async () => {
    const node = await nodeWith(1, [])
    const quota = new AuthorQuota({
      bytes: bytesOf(much),
      sync: node.store.sync,
      ingest: (items) => node.store.ingest(items),
    })
    const words = async (items: readonly SignedItem[]) => (await quota.ingest(items)).map(({ status }) => status)
    const broken = { ...(much[0] as SignedItem), operation: Uint8Array.of(1) }
    expect(await words([broken, ...much.slice(0, 20)])).toEqual(['refused', ...Array(20).fill('held')])
    expect(await words(much)).toEqual([...Array(20).fill('decided'), ...Array(10).fill('held')])
    expect(await words([later])).toEqual(['refused'])
    expect(await quota.ingest([{ entry: Uint8Array.of(1, 2) }])).toMatchObject([{ status: 'refused', final: false }])
  })
})

test.each([
  ['peerBytes', 16 * 1024 * 1024 - 1],
  ['peerEntries', 9_999],
  ['authorBytes', 0],
  ['peerEntries', 1e5 + 0.5],
  ['authorBytes', '10000000' as never],
])('a quota is refused that keeps honest peers out, or is no number: %s of %s', (name, value) => {
  const expected = { code: 'INVALID_ARGUMENT', details: expect.objectContaining({ field: `sync.quotas.${name}` }) }
  expect(() => checkQuotas({ [name]: value })).toThrow(expect.objectContaining(expected))
  expect(checkQuotas({ peerBytes: 2 ** 30, peerEntries: undefined })).toEqual({ peerBytes: 2 ** 30 })
})

test('a node in a browser says that it has no quotas', () => {
  expect(() => new NodeSync({ ...syncOptionsOf(new TestNode(1)), quotas: { authorBytes: 2 ** 30 } })).toThrow(
    expect.objectContaining({ code: 'SYNC_UNAVAILABLE', details: { feature: 'quotas' } }),
  )
})
