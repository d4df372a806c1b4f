import {
  alone,
  type Channel,
  decodeFrame,
  encodeFrame,
  type Frame,
  type HelloFrame,
  memoryChannels,
  type SessionOptions,
  type SessionResult,
  SyncSession,
} from '@rakko/sync'
import { HandTimers, settle } from '../../../sync/test/support/hand-timers.js'
import { helloOf } from '../../../sync/test/support/hello.js'
import type { TestNode } from './sync-world.js'

export { HandTimers, settle }

let peers = 0

type FrameOf<Type extends Frame['type']> = Extract<Frame, { readonly type: Type }>

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

  constructor(
    node: Pick<TestNode, 'replica' | 'publicKey'> & Partial<Pick<TestNode, 'heads'>>,
    options: Partial<SessionOptions> = {},
  ) {
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
      share: alone(),
      heads: node.heads,
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
    const { databaseId } = this
    this.send(helloOf({ databaseId, capabilities: ['heads', 'live', 'ranges'], creditBytes: 4_194_304, ...changes }))
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
