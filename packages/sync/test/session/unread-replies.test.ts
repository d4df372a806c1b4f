import { blake3, type Hash, type PublicKey } from '@rakko/core'
import { expect, test } from 'vitest'
import { alone, decodeFrame, encodeFrame, type Frame, IdTree, type Replica, SyncSession } from '../../src/index.js'
import { settle } from '../support/hand-timers.js'
import { helloOf } from '../support/hello.js'
import { UnreadChannel } from '../support/unread-channel.js'

const LATEST = { number: 9, id: `0020${'11'.repeat(32)}` as Hash }
const OTHERS = [{ kind: 'fingerprint', upper: new Uint8Array(), count: 99, fingerprint: new Uint8Array(16) }] as const

/** Holds so many ids that a comparison takes several turns. */
async function holding(): Promise<Replica> {
  const tree = new IdTree()
  for (let id = 0; id < 100; id += 1) tree.add(blake3(Uint8Array.of(id)))
  const known = { databaseId: 'ab'.repeat(16), latest: async () => LATEST, ids: async () => tree }
  return { ...known, resumePoint: async () => undefined, onArrival: () => () => undefined } as unknown as Replica
}

test('a peer that compares on and on, and reads no reply, piles up four', async () => {
  const channel = new UnreadChannel()
  const session = new SyncSession({
    share: alone(),
    channel,
    replica: await holding(),
    identity: { publicKey: 'cd'.repeat(32) as PublicKey },
    random: (length) => new Uint8Array(length),
    timers: { after: () => () => undefined },
  })
  const ended = session.run()
  await settle()
  const send = async (frame: Frame): Promise<void> => {
    await channel.listener?.frame(encodeFrame(frame))
    await settle()
  }
  await send(helloOf({ latest: LATEST, capabilities: ['ranges'] }))
  await send({ type: 'compare', compare: 2, latest: LATEST, scope: undefined, ranges: OTHERS })
  for (let turn = 0; turn < 6; turn += 1) await send({ type: 'compared', compare: 2, latest: LATEST, ranges: OTHERS })
  const types = channel.sent.map((frame) => decodeFrame(frame).type)
  expect(types).toEqual(['hello', 'compare', 'compared', 'compared', 'compared', 'compared', 'end'])
  expect(await ended).toMatchObject({ code: 'bad-frame', by: 'us' })
})
