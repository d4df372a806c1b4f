import type { Hash } from '@rakko/core'
import type { Frame } from '@rakko/sync'
import { expect, test } from 'vitest'
import { PeerByHand, settle } from './by-hand.js'
import { TestNode } from './sync-world.js'

const ID = `0020${'11'.repeat(32)}` as Hash
const MINUTE = 60_000

/** A node that has met the peer before, and keeps of it what it is told to. */
async function resumed(): Promise<{ peer: PeerByHand; keep: (isKept: boolean) => void; pass: typeof pass }> {
  const node = new TestNode(1)
  let isKept = true
  node.replica.resumePoint = async () => ({ number: 5, id: ID })
  node.replica.keepResumePoint = async () => undefined
  node.replica.take = async (items) => items.map(() => ({ status: 'waiting', isKept, forIds: [] }))
  const peer = new PeerByHand(node)
  peer.hello({ latest: { number: 9, id: ID } })
  expect(await peer.next('pull')).toMatchObject({ pull: 1, after: { number: 5 }, compare: 0 })
  /** The peer lives on. */
  const pass = async (ms: number): Promise<void> => {
    await settle()
    for (let left = ms; left > 0; left -= 10_000) {
      await peer.timers.pass(Math.min(left, 10_000))
      peer.send({ type: 'pong', number: 1 })
      await settle()
    }
  }
  return { peer, keep: (next) => (isKept = next), pass }
}

const piece = (pull: number): Frame => ({
  type: 'arrivals',
  pull,
  upTo: { number: 6, id: ID },
  latest: 9,
  first: 0,
  items: [{ entry: Uint8Array.of(1) }],
})
const told = ({ frames }: PeerByHand): string[] => {
  return frames.flatMap(({ type }) => (type === 'ping' || type === 'hello' ? [] : [type]))
}

test('what was resumed is compared after ten minutes, and pulled behind that', async () => {
  const { peer, pass } = await resumed()
  await pass(10 * MINUTE - 1)
  expect(told(peer)).toEqual(['pull'])
  await pass(1)
  const { compare } = await peer.next('compare')
  peer.send({
    type: 'compared',
    compare,
    latest: { number: 9, id: ID },
    ranges: [{ kind: 'skip', upper: new Uint8Array() }],
  })
  expect(await peer.next('pull')).toMatchObject({ pull: 2, after: { number: 9 }, compare })
  expect(told(peer)).toEqual(['pull', 'stop', 'compare', 'pull'])
  await pass(30 * MINUTE)
  expect(told(peer)).toEqual(['pull', 'stop', 'compare', 'pull'])
  peer.session.close()
})

test('also where nothing is pulled when that is due, since what came could not be kept', async () => {
  const { peer, keep, pass } = await resumed()
  keep(false)
  await pass(10 * MINUTE - 10_000)
  peer.send(piece(1))
  await peer.next('stop')
  await pass(30_000)
  await peer.next('compare')
  expect(told(peer)).toEqual(['pull', 'stop', 'compare'])
  peer.session.close()
})

test('what could not be kept is pulled again after half a minute, behind the same resume point', async () => {
  const { peer, keep, pass } = await resumed()
  keep(false)
  peer.send(piece(1))
  await peer.next('stop')
  await pass(29_999)
  expect(told(peer)).toEqual(['pull', 'stop'])
  await pass(1)
  expect(await peer.next('pull')).toMatchObject({ pull: 2, after: { number: 5 } })
  keep(true)
  peer.send(piece(2))
  await peer.next('taken')
  expect(told(peer)).toEqual(['pull', 'stop', 'pull', 'taken'])
  peer.session.close()
})
