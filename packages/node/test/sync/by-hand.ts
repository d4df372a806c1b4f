import type { PublicKey } from '@rakko/core'
import {
  type Channel,
  decodeFrame,
  encodeFrame,
  type Frame,
  type HelloFrame,
  memoryChannels,
  type SessionOptions,
  type SessionResult,
  SyncSession,
  type Timers,
} from '@rakko/sync'
import type { TestNode } from './sync-world.js'

let peers = 0

type FrameOf<Type extends Frame['type']> = Extract<Frame, { readonly type: Type }>

/** Time that passes when a test says so. */
export class HandTimers implements Timers {
  readonly #due = new Map<() => void, number>()
  #now = 0

  get waiting(): number {
    return this.#due.size
  }

  after(ms: number, work: () => void): () => void {
    const once = (): void => work()
    this.#due.set(once, this.#now + ms)
    return () => this.#due.delete(once)
  }

  /** Runs what is due within so many milliseconds, in order, and what that leads to. */
  async pass(ms: number): Promise<void> {
    const end = this.#now + ms
    for (;;) {
      const [next] = [...this.#due].filter(([, at]) => at <= end).toSorted(([, a], [, b]) => a - b)
      if (next === undefined) break
      const [work, at] = next
      this.#now = at
      this.#due.delete(work)
      work()
      await settle()
    }
    this.#now = end
  }
}

/** All that can happen without time passing. */
export function settle(): Promise<void> {
  return new Promise((resolve) => setImmediate(() => setImmediate(resolve)))
}

/** A peer whose every frame a test writes by hand. */
export class PeerByHand {
  readonly timers = new HandTimers()
  readonly frames: Frame[] = []
  readonly result: Promise<SessionResult>
  readonly session: SyncSession
  readonly channel: Channel
  readonly cut: () => void
  /** Frames that the node has given to the channel. */
  posted = 0
  /** Whether it takes what comes; a frame that is not taken holds up those behind it. */
  reads = true
  /** Its own: what a node keeps of one peer is nothing to another. */
  readonly databaseId: string
  #looked = 0
  #wake: () => void = () => undefined

  constructor(node: Pick<TestNode, 'replica' | 'publicKey'>, options: Partial<SessionOptions> = {}) {
    const { ends, cut } = memoryChannels({
      schedule: ({ to, bytes }, deliver) => {
        if (to === 1 && bytes > 0) this.posted += 1
        queueMicrotask(deliver)
      },
    })
    peers += 1
    this.databaseId = peers.toString(16).padStart(32, 'e')
    this.channel = ends[1]
    this.cut = cut
    this.channel.listen({
      frame: (bytes) => {
        this.frames.push(decodeFrame(bytes))
        this.#wake()
        return this.reads ? undefined : new Promise(() => undefined)
      },
      closed: () => this.#wake(),
    })
    this.session = new SyncSession({
      channel: ends[0],
      replica: node.replica,
      identity: { publicKey: node.publicKey },
      random: (length) => new Uint8Array(length).fill(7),
      timers: this.timers,
      ...options,
    })
    this.result = this.session.run()
  }

  send(...frames: readonly Frame[]): void {
    for (const frame of frames) this.channel.send(encodeFrame(frame)).catch(() => undefined)
  }

  hello(changes: Partial<HelloFrame> = {}): void {
    this.send({
      type: 'hello',
      version: 1,
      databaseId: this.databaseId,
      publicKey: 'dd'.repeat(32) as PublicKey,
      nonce: new Uint8Array(32).fill(9),
      latest: { number: 0 },
      asksProof: false,
      capabilities: ['heads', 'live', 'ranges'],
      maxFrameBytes: 2_097_152,
      creditBytes: 4_194_304,
      ...changes,
    })
  }

  /** The next frame of a type that came; others before it are passed over. */
  async next<Type extends Frame['type']>(type: Type): Promise<FrameOf<Type>> {
    for (;;) {
      while (this.#looked < this.frames.length) {
        const frame = this.frames[this.#looked]
        this.#looked += 1
        if (frame?.type === type) return frame as FrameOf<Type>
      }
      await new Promise<void>((resolve) => {
        this.#wake = resolve
      })
    }
  }

  count(type: Frame['type']): number {
    return this.frames.filter((frame) => frame.type === type).length
  }
}
