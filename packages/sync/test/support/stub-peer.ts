import type { PublicKey } from '@rakko/core'
import {
  alone,
  type Channel,
  decodeFrame,
  encodeFrame,
  type Frame,
  type HelloFrame,
  memoryChannels,
  type Replica,
  type SessionOptions,
  type SessionResult,
  SyncSession,
} from '../../src/index.js'
import { HandTimers, settle } from './hand-timers.js'
import { helloOf } from './hello.js'

/** An empty node, as far as a session asks for it. */
const EMPTY = {
  databaseId: 'ab'.repeat(16),
  latest: async () => ({ number: 0 }),
  resumePoint: async () => undefined,
  onArrival: () => () => undefined,
}

/** A session of a node that has only what a test gives it, and the peer at its other end, written by hand. */
export class StubPeer {
  readonly timers = new HandTimers()
  readonly frames: Frame[] = []
  readonly session: SyncSession
  readonly result: Promise<SessionResult>
  readonly #channel: Channel

  constructor(replica: Partial<Replica>, options: Partial<SessionOptions> = {}) {
    const { ends } = memoryChannels()
    this.#channel = ends[1]
    this.#channel.listen({ frame: (bytes) => void this.frames.push(decodeFrame(bytes)), closed: () => undefined })
    this.session = new SyncSession({
      share: alone(),
      channel: ends[0],
      replica: { ...EMPTY, ...replica } as unknown as Replica,
      identity: { publicKey: 'cd'.repeat(32) as PublicKey },
      random: (length) => new Uint8Array(length).fill(7),
      timers: this.timers,
      ...options,
    })
    this.result = this.session.run()
  }

  /** Of the frames that have come. */
  get types(): Frame['type'][] {
    return this.frames.map(({ type }) => type)
  }

  async hello(changes: Partial<HelloFrame> = {}): Promise<void> {
    await this.send(helloOf({ capabilities: ['ranges'], creditBytes: 4_194_304, ...changes }))
  }

  /** Resolves once all that follows from it at once has come. */
  async send(frame: Frame): Promise<void> {
    await this.#channel.send(encodeFrame(frame))
    await settle()
  }
}
