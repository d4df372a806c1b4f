import type { PublicKey } from '@rakko/core'
import { encodeFrame, memoryChannels, Peers } from '@rakko/sync'
import { expect, test } from 'vitest'
import { HandTimers, settle } from './by-hand.js'
import { TestNode } from './sync-world.js'

test('a peer that greets and then breaks the rules is dialled less and less often', async () => {
  const { replica, publicKey } = new TestNode(1)
  const timers = new HandTimers()
  const waits: number[] = []
  const peers = new Peers({
    replica,
    identity: { publicKey },
    random: (length) => new Uint8Array(length),
    draw: () => 1,
    now: () => 0,
    timers,
    memory: { recall: async () => undefined, keep: async () => undefined },
    onChange() {
      const link = peers?.statuses[0]?.link
      if (link?.state === 'offline') waits.push(link.retryAt)
    },
    dial() {
      const { ends } = memoryChannels()
      ends[1].listen({ frame: () => undefined, closed: () => undefined })
      const hello = encodeFrame({
        type: 'hello',
        version: 1,
        databaseId: 'ee'.repeat(16),
        publicKey: 'dd'.repeat(32) as PublicKey,
        nonce: new Uint8Array(32),
        latest: { number: 0 },
        asksProof: false,
        capabilities: [],
        maxFrameBytes: 2_097_152,
        creditBytes: 0,
      })
      const arrivals = encodeFrame({ type: 'arrivals', pull: 1, upTo: { number: 0 }, latest: 0, first: 0, items: [] })
      const send = async (): Promise<void> => {
        await ends[1].send(hello)
        await settle()
        await ends[1].send(arrivals)
        await settle()
        await ends[1].send(Uint8Array.of(1, 2, 3))
      }
      send().catch(() => undefined)
      return { channel: Promise.resolve(ends[0]), abort: () => undefined }
    },
  })
  peers.add('wss://hub.example/sync')
  for (let dial = 0; dial < 4; dial += 1) {
    for (let turn = 0; turn < 10; turn += 1) await settle()
    await timers.pass(waits.at(-1) ?? 0)
  }
  await peers.close()
  expect(waits.slice(0, 4)).toEqual([500, 1_000, 2_000, 4_000])
})
