import { RakkoError } from '@rakko/core'
import { type Head, memoryChannels, type Peers, type PeersOptions, peerHeads } from '@rakko/sync'
import { expect, test } from 'vitest'
import { Author } from '../../../store/test/support/author.js'
import { defineSchema, int, str } from '../../../store/test/support/definitions.js'
import { publishAll } from '../../../store/test/support/outcomes.js'
import { PeerByHand, settle } from './by-hand.js'
import { peersOf as peersWith } from './peers-of.js'
import { TestNode } from './sync-world.js'

const { items: definition, schemaId } = defineSchema(new Author(99), 'venue', { capacity: 'int', name: 'str' })
const venue = (author: Author) => author.create(schemaId, { name: str('a'), capacity: int(1) })

const peersOf = (node: TestNode, dial: PeersOptions['dial']): Peers => peersWith(node, { dial, heads: node.heads })

test('a node asks all peers that are up for the heads of a key, forked ones too', async () => {
  const author = new Author(1)
  const clone = author.clone()
  const [theirs, here] = [new TestNode(1), new TestNode(2)]
  const other = venue(author)
  const branches = [author, clone].map((one) =>
    one.update(other.documentId, schemaId, other.viewId, { capacity: int(one === author ? 2 : 3) }),
  )
  await publishAll(theirs.store, definition)
  await theirs.store.ingest([other, ...branches, venue(author), venue(new Author(2))])
  const serving = peersOf(theirs, () => {
    throw new RakkoError('CHANNEL_CLOSED', 'Nobody is dialled')
  })
  const { ends } = memoryChannels()
  let live: () => void = () => undefined
  const isLive = new Promise<void>((resolve) => {
    live = resolve
  })
  const asking = peersOf(here, () => ({ channel: Promise.resolve(ends[0]), abort: () => undefined }))
  const served = serving.accept(ends[1], { onGreeted: () => live() })
  expect(await peerHeads(asking.sessions, author.publicKey)).toEqual([])
  asking.add('ws://hub/sync')
  await isLive
  while ((await peerHeads(asking.sessions, author.publicKey)).length === 0) await settle()
  const heights = await theirs.store.sync.logHeights({ authors: [author.publicKey] })
  const heads: Head[] = heights.map(({ logId, seqNum, id, isForked }) => ({ logId, seqNum, id, isForked }))
  expect(heads.map(({ seqNum, isForked }) => [seqNum, isForked])).toEqual([
    [2n, true],
    [1n, false],
  ])
  const peer = { databaseId: theirs.store.databaseId, publicKey: theirs.publicKey, isProven: false }
  expect(await peerHeads(asking.sessions, author.publicKey)).toEqual([{ peer, heads, isAll: true }])
  expect(await peerHeads(asking.sessions, new Author(7).publicKey)).toEqual([{ peer, heads: [], isAll: true }])
  await asking.close()
  await Promise.all([serving.close(), served])
  expect(await peerHeads(asking.sessions, author.publicKey)).toEqual([])
})

test('heads that come in pieces are joined, and those that nobody asked for end the session', async () => {
  const node = new TestNode(3)
  const peer = new PeerByHand(node)
  const { publicKey } = new Author(1)
  expect(peer.session.heads).toBe(undefined)
  peer.hello()
  await peer.next('pull')
  const head = (logId: bigint): Head => ({
    logId,
    seqNum: 1n,
    id: `0020${'ab'.repeat(32)}` as Head['id'],
    isForked: false,
  })
  const asked = peer.session.heads?.ask(publicKey)
  const first = await peer.next('heads')
  expect(first).toMatchObject({ publicKey, fromLogId: 0n })
  peer.send({ type: 'heads-are', request: first.request, isLast: false, heads: [head(0n), head(4n)] })
  const second = await peer.next('heads')
  expect(second).toMatchObject({ publicKey, fromLogId: 5n })
  peer.send({ type: 'heads-are', request: second.request, isLast: true, heads: [head(9n)] })
  expect(await asked).toEqual({ heads: [head(0n), head(4n), head(9n)], isAll: true })
  const more = peer.session.heads?.ask(publicKey)
  const third = await peer.next('heads')
  peer.send({ type: 'heads-are', request: third.request + 1, isLast: true, heads: [] })
  expect(await peer.result).toMatchObject({ code: 'bad-frame', by: 'us' })
  await expect(more).rejects.toMatchObject({ code: 'bad-frame' })
})

test('a node as those in browsers asks who can tell, and ends the session of who asks it', async () => {
  const asks = new PeerByHand(new TestNode(5), { heads: undefined })
  asks.hello()
  expect((await asks.next('hello')).capabilities).toEqual(['live', 'ranges'])
  await asks.next('pull')
  const asked = asks.session.heads?.ask(new Author(1).publicKey)
  const { request } = await asks.next('heads')
  asks.send({ type: 'heads-are', request, isLast: true, heads: [] })
  expect(await asked).toEqual({ heads: [], isAll: true })
  asks.send({ type: 'heads', request: 1, publicKey: new Author(1).publicKey, fromLogId: 0n })
  expect(await asks.result).toMatchObject({ code: 'bad-frame', by: 'us' })
})

test('who cannot tell heads is not asked', async () => {
  const peer = new PeerByHand(new TestNode(6))
  peer.hello({ capabilities: ['live', 'ranges'] })
  await peer.next('pull')
  expect(peer.session.heads).toBe(undefined)
  peer.session.close()
  await peer.result
})
