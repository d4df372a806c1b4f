import type { Hash, PublicKey } from '@rakko/core'
import { expect, test } from 'vitest'
import { alone, decodeFrame, encodeFrame, type Replica, SyncSession } from '../../src/index.js'
import { HandTimers, settle } from '../support/hand-timers.js'
import { UnreadChannel } from '../support/unread-channel.js'

const HELLO = encodeFrame({
  type: 'hello',
  version: 1,
  databaseId: 'ee'.repeat(16),
  publicKey: 'dd'.repeat(32) as PublicKey,
  nonce: new Uint8Array(32).fill(1),
  latest: { number: 1, id: `0020${'11'.repeat(32)}` as Hash },
  asksProof: false,
  capabilities: [],
  maxFrameBytes: 2_097_152,
  creditBytes: 0,
})

test('a peer that asks for signs of life on and on, and reads none of them, piles up none', async () => {
  const channel = new UnreadChannel()
  const replica = { databaseId: 'ab'.repeat(16), latest: async () => ({ number: 0 }) } as unknown as Replica
  const session = new SyncSession({
    share: alone(),
    channel,
    replica,
    identity: { publicKey: 'cd'.repeat(32) as PublicKey },
    random: (length) => new Uint8Array(length),
    timers: { after: () => () => undefined },
  })
  const ended = session.run()
  await settle()
  for (let number = 1; number <= 1_000; number += 1) {
    await channel.listener?.frame(encodeFrame({ type: 'ping', number }))
  }
  expect(channel.sent.map((frame) => decodeFrame(frame).type).sort()).toEqual(['hello', 'pong'])
  session.close()
  expect(await ended).toMatchObject({ code: 'bye', by: 'us' })
})

/** A session whose peer is silent, over a channel that brings so many bytes of a frame in a second. */
async function silentFor(seconds: number, bytesPerSecond: number | undefined) {
  const channel = new UnreadChannel()
  const timers = new HandTimers()
  let received = 0
  let result: string | undefined
  if (bytesPerSecond !== undefined) Object.defineProperty(channel, 'receivedBytes', { get: () => received })
  const session = new SyncSession({
    channel,
    replica: {
      databaseId: 'ab'.repeat(16),
      latest: async () => ({ number: 0 }),
      resumePoint: async () => undefined,
    } as unknown as Replica,
    identity: { publicKey: 'cd'.repeat(32) as PublicKey },
    random: (length) => new Uint8Array(length),
    share: alone(),
    timers,
    onStatus(status) {
      if (status.state === 'ended') result = status.code
    },
  })
  void session.run()
  await settle()
  await channel.listener?.frame(HELLO)
  await settle()
  for (let second = 0; second < seconds; second += 1) {
    await timers.pass(1_000)
    received += bytesPerSecond ?? 0
  }
  const pings = channel.sent.filter((frame) => decodeFrame(frame).type === 'ping').length
  session.close()
  return { pings, result }
}

test.each([
  ['bytes of a frame that takes two minutes come', 120, 8_000, { pings: 5, result: 'bye' }],
  ['no bytes come', 79, 0, { pings: 2, result: 'bye' }],
  ['no bytes come for a minute', 81, 0, { pings: 2, result: 'too-slow' }],
  ['the channel tells nothing for a minute', 81, undefined, { pings: 2, result: 'too-slow' }],
])(
  'a silent peer is asked every 20 seconds, and given up in time: %s',
  async (_, seconds, bytesPerSecond, expected) => {
    expect(await silentFor(seconds, bytesPerSecond)).toEqual(expected)
  },
)
