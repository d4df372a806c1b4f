import { electronPort, meetByBroadcast, openNode, type PortLike, servePort } from '@rakko/client'
import { openNode as openInProcess } from '@rakko/client/in-process'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { lockSchemas } from './acceptance/test-schemas.js'
import { ElectronStandIn } from './electron-stand-in.js'
import { expectAlone, expectInTouch, getsVenue, type LocalPeers } from './local-peers.js'

// One node in a thread, one in this one: they get to know each other over one way after the other.
let peers: LocalPeers

beforeAll(async () => {
  const schemas = await lockSchemas()
  peers = {
    one: await openNode({ name: 'one', storage: 'memory', schemas }),
    other: await openInProcess({ name: 'other', storage: 'memory', schemas }),
    schemas,
  }
})

afterAll(async () => {
  await peers.one.close()
  await peers.other.close()
})

const ways: [string, () => [PortLike, PortLike]][] = [
  [
    'a MessagePort each',
    () => {
      const { port1, port2 } = new MessageChannel()
      return [port1, port2]
    },
  ],
  [
    'ports of Electron’s main process',
    () => {
      const [near, far] = ElectronStandIn.pair()
      return [electronPort(near), electronPort(far)]
    },
  ],
]

test.each(ways)('two nodes meet over %s, until one of them does not want to', async (_, pair) => {
  const { one, other } = peers
  const [near, far] = pair()
  await one.sync.connect(near)
  await other.sync.connect(far)
  await expectInTouch(peers)
  // Each tells of all that the other has written: a log for each venue.
  for (const [asking, { publicKey }] of [
    [one, other],
    [other, one],
  ] as const) {
    const [told, ...more] = await asking.sync.heads(publicKey)
    expect([told?.peer.publicKey, told?.isAll, more]).toEqual([publicKey, true, []])
    const { logId } = await asking.nextArgs(publicKey)
    expect(told?.heads.map((head) => head.logId)).toEqual(
      Array.from({ length: Number(logId) }, (_, log) => BigInt(log)),
    )
  }
  await expect(one.sync.heads('not a key' as never)).rejects.toMatchObject({ code: 'INVALID_PUBLIC_KEY' })
  await one.sync.disconnect(near)
  await expectAlone(peers)
  expect(await one.sync.heads(other.publicKey)).toEqual([])
})

test('nodes that use one name of a BroadcastChannel meet, and again after one was away', async () => {
  const { one, other } = peers
  meetByBroadcast(one, 'device')
  const leave = meetByBroadcast(other, 'device')
  await expectInTouch(peers)
  leave()
  await expectAlone(peers)
  meetByBroadcast(other, 'device')
  await expectInTouch(peers)
})

test('what is neither an address nor a port is refused, and so is a port that is gone', async () => {
  const { sync } = peers.one
  const { port1, port2 } = new MessageChannel()
  port2.close()
  const refusals = [
    [() => sync.connect(5 as never), 'Invalid peer: expected an address, or a MessagePort, got 5'],
    [() => sync.connect({} as never), 'Invalid peer: expected an address, or a MessagePort, got object'],
    [() => sync.disconnect(port1), 'Invalid peer: expected an address, or a MessagePort that was connected, got'],
    [
      async () => {
        await sync.connect(port1)
        await sync.connect(port1)
      },
      'Invalid peer: expected a port that no node was given before, got',
    ],
    [() => meetByBroadcast(peers.one, 5 as never), 'Invalid name: expected the name of a BroadcastChannel, got 5'],
  ] as const
  for (const [call, message] of refusals) {
    await expect((async () => call())()).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
      message: expect.stringContaining(message),
    })
  }
})

test('a node speaks over 128 ports at a time', async () => {
  const node = await openInProcess({ name: 'crowded', storage: 'memory', schemas: peers.schemas })
  const connect = (): Promise<void> => node.sync.connect(new MessageChannel().port1)
  await Promise.all(Array.from({ length: 128 }, connect))
  await expect(connect()).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' })
  await node.close()
})

test('a node that asks for one author gets what that one has written, and gives all that it has', async () => {
  const { one, schemas } = peers
  const sync = { addresses: [], authors: [one.publicKey] }
  const asking = await openInProcess({ name: 'asking', storage: 'memory', schemas, sync })
  await asking.collection(schemas.venue).create({ name: 'of its own', capacity: 1 })
  const name = 'asked for'
  await one.collection(schemas.venue).create({ name, capacity: 1 })
  const { port1, port2 } = new MessageChannel()
  await asking.sync.connect(port1)
  await one.sync.connect(port2)
  await getsVenue(asking, schemas, name)
  await getsVenue(one, schemas, 'of its own')
  const found = await asking.collection(schemas.venue).find({ first: 1_000 })
  expect(found.map(({ name }) => name)).toEqual(expect.arrayContaining([name, 'of its own']))
  expect(found.length).toBeGreaterThan(1)
  expect(new Set(found.map(({ $owner }) => $owner))).toEqual(new Set([one.publicKey, asking.publicKey]))
  await asking.close()
})

test('whoever is served a node hands it ports only where it may maintain it', async () => {
  const { port1: near, port2: far } = new MessageChannel()
  servePort(peers.one, far)
  const served = await openNode({ port: near })
  const { port1 } = new MessageChannel()
  await expect(served.sync.connect(port1)).rejects.toMatchObject({ code: 'MAINTAIN_NOT_ALLOWED' })
  await served.close()
})
