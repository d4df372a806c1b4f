import type { Hash } from '@rakko/core'
import { type ArrivalsFrame, encodeFrame, endFrame, memoryChannels } from '@rakko/sync'
import { describe, expect, test } from 'vitest'
import { Author } from '../../../store/test/support/author.js'
import { defineSchema } from '../../../store/test/support/definitions.js'
import { helloOf } from '../../../sync/test/support/hello.js'
import { HandTimers, settle } from './by-hand.js'
import { peersOf } from './peers-of.js'
import { TestNode } from './sync-world.js'

const HELLO = encodeFrame(helloOf())
const ID = `0020${'11'.repeat(32)}` as Hash
const BAD_FRAME = Uint8Array.of(1, 2, 3)
const NOTHING: ArrivalsFrame = { type: 'arrivals', pull: 1, upTo: { number: 0 }, latest: 0, first: 0, items: [] }

interface Ways {
  /** What the peer sends when it is pulled for the so-and-so-many-th time, from 0. */
  readonly gives?: (dial: number) => ArrivalsFrame
  /** How long the session then lives. */
  readonly livesMs?: number
  /** What it says last; then it is gone. */
  readonly last: Uint8Array
}

/** How long a node waits before each of its next four dials, where a peer behaves like this. */
async function waitsFor({ gives = () => NOTHING, livesMs = 0, last }: Ways): Promise<number[]> {
  const timers = new HandTimers()
  const waits: number[] = []
  let dials = 0
  const peers = peersOf(new TestNode(1), {
    draw: () => 1,
    now: () => timers.now,
    timers,
    silenceMs: 3_600_000,
    onDialled({ link }) {
      if (link.state === 'offline') waits.push(link.retryAt - timers.now)
    },
    dial() {
      const { ends } = memoryChannels()
      const dial = dials
      dials += 1
      ends[1].listen({ frame: () => undefined, closed: () => undefined })
      const send = async (): Promise<void> => {
        await ends[1].send(HELLO)
        await settle()
        await ends[1].send(encodeFrame(gives(dial)))
        timers.after(livesMs, () => ends[1].send(last).then(() => ends[1].close()))
      }
      send().catch(() => undefined)
      return { channel: Promise.resolve(ends[0]), abort: () => undefined }
    },
  })
  peers.add('wss://hub.example/sync')
  for (let dial = 0; dial < 4; dial += 1) {
    for (let turn = 0; turn < 10; turn += 1) await settle()
    await timers.pass(livesMs)
    for (let turn = 0; turn < 10; turn += 1) await settle()
    await timers.pass(waits.at(-1) ?? 0)
  }
  await peers.close()
  return waits.slice(0, 4)
}

const brings = (dial: number): ArrivalsFrame => {
  return { ...leadsTo(dial + 1), items: defineSchema(new Author(dial), 'venue', { name: 'str' }).items.slice(0, 1) }
}
const leadsTo = (number: number): ArrivalsFrame => ({ ...NOTHING, upTo: { number, id: ID }, latest: number })

describe('a peer is dialled less and less often where it greets and then', () => {
  test.each([
    ['breaks the rules', { last: BAD_FRAME }],
    [
      'leads on, and brings nothing',
      { gives: (dial: number) => leadsTo(dial + 1), last: encodeFrame(endFrame('failed', '')) },
    ],
    ['fails', { last: encodeFrame(endFrame('failed', 'The node failed')) }],
    ['finds this node too slow', { last: encodeFrame(endFrame('too-slow', 'The peer gave no sign of life')) }],
    ['says goodbye', { last: encodeFrame(endFrame('bye', '')) }],
    ['is live for less than a minute', { livesMs: 59_000, last: encodeFrame(endFrame('failed', '')) }],
    ['leads to where the node is already', { gives: () => leadsTo(3), last: encodeFrame(endFrame('failed', '')) }],
  ])('%s', async (_, ways: Ways) => {
    expect(await waitsFor(ways)).toEqual([500, 1_000, 2_000, 4_000])
  })
})

describe('a lost peer is dialled at once where the session', () => {
  test.each([
    ['was live for a minute', { livesMs: 60_000, last: encodeFrame(endFrame('bye', '')) }],
    ['brought something new', { gives: brings, last: encodeFrame(endFrame('failed', '')) }],
  ])('%s', async (_, ways: Ways) => {
    expect(await waitsFor(ways)).toEqual([500, 500, 500, 500])
  })
})
