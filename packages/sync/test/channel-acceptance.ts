import { RakkoError } from '@rakko/core'
import { afterEach, describe, expect, test } from 'vitest'
import { Random } from '../../../.config/testing/random.js'
import type { Channel } from '../src/index.js'
import { outcomeOf, Recorder } from './support/recorder.js'

export interface ChannelSubject {
  readonly name: string
  /** Two ends of one channel, and what gives back what they stand on. */
  open(options: { maxFrameBytes: number; windowBytes: number }): Promise<OpenChannel>
  /** A frame that the channel carries, with this content. The content itself, where it is left out. */
  frame?(content: Uint8Array): Uint8Array
  /** Bytes that `frame` adds to a large content. */
  readonly overhead?: number
  /** How far the sender may be ahead of a slow listener, in bytes: the window, and what the system keeps. */
  readonly maxLeadBytes: number
}

export interface OpenChannel {
  readonly ends: readonly [Channel, Channel]
  stop?(): Promise<void> | void
}

const MAX_FRAME_BYTES = 100_000
const WINDOW_BYTES = 200_000

/** Small frames, one after another. Fewer in a browser, where each of them takes much longer. */
const MANY = typeof window === 'undefined' ? 10_000 : 2_000

/** What every channel promises, see channel.ts. */
export function describeChannel(subject: ChannelSubject): void {
  const { frame = (content: Uint8Array) => content, overhead = 0 } = subject
  let opened: OpenChannel | undefined

  const open = async (): Promise<readonly [Channel, Channel]> => {
    opened = await subject.open({ maxFrameBytes: MAX_FRAME_BYTES, windowBytes: WINDOW_BYTES })
    return opened.ends
  }

  afterEach(async () => {
    for (const end of opened?.ends ?? []) end.close()
    await opened?.stop?.()
    opened = undefined
  })

  describe(subject.name, () => {
    test('frames arrive whole and in order, in both directions at once', async () => {
      const random = new Random(1)
      const [a, b] = await open()
      const make = () => Array.from({ length: 200 }, () => frame(random.bytes(random.integer(3_000))))
      const [fromA, fromB] = [make(), make()]
      const [atA, atB] = [Recorder.on(a), Recorder.on(b)]
      await Promise.all([sendAll(a, fromA), sendAll(b, fromB)])
      await Promise.all([atA.received(200), atB.received(200)])
      expect(inShort(atA.frames)).toEqual(inShort(fromB))
      expect(inShort(atB.frames)).toEqual(inShort(fromA))
      expect([...atA.frames, ...atB.frames].every(isPlain)).toBe(true)
    })

    test('the smallest and the largest frame arrive; one byte more is refused, and the channel goes on', async () => {
      const [a, b] = await open()
      const atB = Recorder.on(b)
      const smallest = frame(new Uint8Array())
      const largest = frame(new Uint8Array(MAX_FRAME_BYTES - overhead).fill(7))
      expect(largest.length).toBe(MAX_FRAME_BYTES)
      await a.send(smallest)
      await a.send(largest)
      expect(await outcomeOf(a.send(frame(new Uint8Array(MAX_FRAME_BYTES - overhead + 1))))).toBe('FRAME_TOO_LARGE')
      await a.send(smallest)
      await atB.received(3)
      expect(inShort(atB.frames)).toEqual(inShort([smallest, largest, smallest]))
    })

    test('what came before somebody listened is given first', async () => {
      const [a, b] = await open()
      const first = [1, 2, 3].map((number) => frame(Uint8Array.of(number)))
      await sendAll(a, first)
      // What comes back has gone the whole way behind it.
      const back = Recorder.on(a)
      await b.send(frame(Uint8Array.of(9)))
      await back.received(1)
      const atB = Recorder.on(b)
      await a.send(frame(Uint8Array.of(4)))
      await atB.received(4)
      expect(atB.frames).toEqual([...first, frame(Uint8Array.of(4))])
    })

    test('a frame is given when the one before was taken, and a slow listener holds back who sends', async () => {
      const [a, b] = await open()
      const bytes = 40_000
      const count = 800
      let [sent, taken, mostAhead, atOnce, mostAtOnce] = [0, 0, 0, 0, 0]
      const atB = Recorder.on(b, async () => {
        atOnce += 1
        mostAtOnce = Math.max(mostAtOnce, atOnce)
        await turn()
        atOnce -= 1
        taken += 1
      })
      const content = frame(new Uint8Array(bytes))
      for (; sent < count; sent += 1) {
        await a.send(content)
        mostAhead = Math.max(mostAhead, (sent - taken) * bytes)
      }
      await atB.received(count)
      expect(mostAtOnce).toBe(1)
      expect(mostAhead).toBeLessThan(subject.maxLeadBytes)
    })

    test.each(['the first', 'the second'])(
      '%s end closes: both hear of it once, behind the last frame',
      async (which) => {
        const ends = await open()
        const [closing, other] = which === 'the first' ? ends : [ends[1], ends[0]]
        const last = frame(Uint8Array.of(1, 2, 3))
        await closing.send(last)
        closing.close()
        closing.close()
        const [atClosing, atOther] = [Recorder.on(closing), Recorder.on(other)]
        expect(await atClosing.whenClosed).toBeUndefined()
        expect(await atOther.whenClosed).toBeUndefined()
        expect(atOther.frames).toEqual([last])
        expect(await outcomeOf(closing.send(last))).toBe('CHANNEL_CLOSED')
        expect(await outcomeOf(other.send(last))).toBe('CHANNEL_CLOSED')
        other.close()
        expect([atClosing.closings, atOther.closings]).toEqual([[undefined], [undefined]])
      },
    )

    test('it closes while it sends: every call ends, and what was sent arrives in order', async () => {
      const [a, b] = await open()
      const atB = Recorder.on(b)
      const frames = Array.from({ length: 20 }, (_, index) => frame(new Uint8Array(50_000).fill(index)))
      const sending = frames.map((one) => outcomeOf(a.send(one)))
      // Whoever was told before the close that a frame is sent may count on it.
      await Promise.race([sending[0], turn()])
      a.close()
      const outcomes = await Promise.all(sending)
      await atB.whenClosed
      const sent = outcomes.filter((outcome) => outcome === 'sent').length
      expect(outcomes).toEqual(frames.map((_, index) => (index < sent ? 'sent' : 'CHANNEL_CLOSED')))
      expect(atB.frames.length).toBeGreaterThanOrEqual(sent)
      expect(inShort(atB.frames)).toEqual(inShort(frames.slice(0, atB.frames.length)))
    })

    test.each(['throws', 'rejects'])('a listener that %s closes the channel, and gets no more frames', async (how) => {
      const [a, b] = await open()
      const error = new RakkoError('INVALID_FRAME', 'not so')
      const atA = Recorder.on(a)
      const atB = Recorder.on(b, () => {
        if (how === 'throws') throw error
        return Promise.reject(error)
      })
      const sending = [1, 2, 3].map((number) => outcomeOf(a.send(frame(Uint8Array.of(number)))))
      expect(await atB.whenClosed).toBe(error)
      await atA.whenClosed
      await Promise.all(sending)
      expect([atB.frames.length, atA.closings.length, atB.closings.length]).toEqual([1, 1, 1])
      expect(await outcomeOf(b.send(frame(new Uint8Array())))).toBe('CHANNEL_CLOSED')
    })

    test(`${MANY.toLocaleString('en')} small frames arrive in order`, async () => {
      const [a, b] = await open()
      const frames = Array.from({ length: MANY }, (_, index) => frame(Uint8Array.of(index >> 8, index & 255)))
      const atB = Recorder.on(b)
      await sendAll(a, frames)
      await atB.received(frames.length)
      expect(inShort(atB.frames)).toEqual(inShort(frames))
    })
  })
}

/** Each frame in short, since the matcher compares a megabyte byte by byte for seconds. */
function inShort(frames: readonly Uint8Array[]): string[] {
  return frames.map((frame) => {
    let sum = 0
    for (const byte of frame) sum = (Math.imul(sum, 31) + byte) >>> 0
    return `${frame.length} bytes, ${sum}`
  })
}

/** A `slice` of another class may be no copy. */
function isPlain(frame: Uint8Array): boolean {
  return Object.getPrototypeOf(frame) === Uint8Array.prototype
}

async function sendAll(channel: Channel, frames: readonly Uint8Array[]): Promise<void> {
  for (const frame of frames) await channel.send(frame)
}

/** Until all that is due has run, whatever the platform. */
function turn(): Promise<void> {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel()
    port1.onmessage = () => {
      port1.close()
      resolve()
    }
    port2.postMessage(null)
  })
}
