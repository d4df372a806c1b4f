import { RakkoError } from '@rakko/core'
import { expect, test } from 'vitest'
import { PeerByHand, settle } from './by-hand.js'
import { TestNode } from './sync-world.js'

/** A node whose storage takes its time to say how far it is. */
class BusyNode extends TestNode {
  answer: () => void = () => undefined
  fail: (error: Error) => void = () => undefined

  constructor() {
    super(1)
    const latest = new Promise<{ number: 0 }>((resolve, reject) => {
      this.answer = () => resolve({ number: 0 })
      this.fail = reject
    })
    this.replica.latest = () => latest
  }
}

const sign = async (): Promise<Uint8Array> => new Uint8Array(64)

test('Hello is the first frame of a node, however much the peer says before it is ready', async () => {
  const node = new BusyNode()
  const peer = new PeerByHand(node, { identity: { publicKey: node.publicKey, sign } })
  peer.hello({ asksProof: true })
  peer.send({ type: 'ping', number: 1 })
  peer.session.poke()
  await settle()
  await peer.timers.pass(14_000)
  expect(peer.frames).toEqual([])
  node.answer()
  await peer.next('pull')
  expect(peer.frames.map(({ type }) => type)).toEqual(['hello', 'proof', 'pong', 'pull'])
  peer.session.close()
  await peer.result
  expect(peer.timers.waiting).toBe(0)
})

test.each<[what: string, then: (peer: PeerByHand, node: BusyNode) => unknown, end: object]>([
  ['never is', (peer) => peer.timers.pass(15_000), { code: 'too-slow', by: 'us' }],
  ['fails', (_, node) => node.fail(new RakkoError('STORAGE_FAILED', 'disk')), { code: 'failed', by: 'us' }],
  ['is closed', (peer) => peer.session.close(), { code: 'bye', by: 'us' }],
])('a session whose node %s before its Hello ends', async (_, then, end) => {
  const node = new BusyNode()
  const peer = new PeerByHand(node)
  peer.hello()
  await settle()
  await then(peer, node)
  expect(await peer.result).toMatchObject(end)
  node.answer()
  await settle()
  expect(peer.frames.map(({ type }) => type).filter((type) => type !== 'end')).toEqual([])
  expect(peer.timers.waiting).toBe(0)
})
