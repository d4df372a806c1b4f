import type { PublicKey } from '@rakko/core'
import { expect, test } from 'vitest'
import {
  type Channel,
  type ChannelListener,
  decodeFrame,
  encodeFrame,
  type Replica,
  SyncSession,
} from '../../src/index.js'

/** A channel to a peer that reads nothing: what is sent is never taken. */
class UnreadChannel implements Channel {
  readonly maxFrameBytes = 2 * 1024 * 1024
  readonly sent: Uint8Array[] = []
  listener: ChannelListener | undefined

  send(frame: Uint8Array): Promise<void> {
    this.sent.push(frame)
    return new Promise(() => undefined)
  }

  listen(listener: ChannelListener): void {
    this.listener = listener
  }

  close(): void {
    this.listener?.closed()
  }
}

test('a peer that asks for signs of life on and on, and reads none of them, piles up none', async () => {
  const channel = new UnreadChannel()
  const replica = { databaseId: 'ab'.repeat(16), latest: async () => ({ number: 0 }) } as unknown as Replica
  const session = new SyncSession({
    channel,
    replica,
    identity: { publicKey: 'cd'.repeat(32) as PublicKey },
    random: (length) => new Uint8Array(length),
    timers: { after: () => () => undefined },
  })
  const ended = session.run()
  for (let number = 1; number <= 1_000; number += 1) {
    await channel.listener?.frame(encodeFrame({ type: 'ping', number }))
  }
  expect(channel.sent.map((frame) => decodeFrame(frame).type).sort()).toEqual(['hello', 'pong'])
  session.close()
  expect(await ended).toMatchObject({ code: 'bye', by: 'us' })
})
