import type { PublicKey } from '@rakko/core'
import { expect, test } from 'vitest'
import { alone, decodeFrame, encodeFrame, type Replica, SyncSession } from '../../src/index.js'
import { settle } from '../support/hand-timers.js'
import { UnreadChannel } from '../support/unread-channel.js'

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
