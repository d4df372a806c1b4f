import { bytesToHex, type Hash, type PublicKey } from '@rakko/core'
import { type Channel, decodeFrame, encodeFrame, type Frame, type HelloFrame } from '@rakko/sync'
import type { Network } from '../../net/network.js'
import { Random } from '../../time/random.js'
import type { Scheduler } from '../../time/scheduler.js'
import { forgedItems } from './forged-items.js'
import type { HostileKind } from './hostile-kinds.js'
import { randomFrame } from './random-frame.js'

export interface HostileOptions {
  readonly seed: number
  readonly number: number
  readonly kind: Exclude<HostileKind, 'stripper' | 'spammer'>
  readonly network: Network
  readonly scheduler: Scheduler
  /** Numbers of the nodes that it may dial. */
  readonly nodes: number
}

/** How many frames it sends over a connection, at most. */
const MOST_FRAMES = 60

/** A peer that keeps no rule. It dials nodes, and those that dial it fare no better. */
export class HostilePeer {
  readonly #options: HostileOptions
  readonly #random: Random
  #isOver = false

  constructor(options: HostileOptions) {
    this.#options = options
    this.#random = Random.of(options.seed, 4, options.number)
  }

  start(): void {
    this.#options.network.listen(this.#options.number, (channel) => this.#speak(channel))
    this.#dial()
  }

  /** It gives up. */
  end(): void {
    this.#isOver = true
    this.#options.network.listen(this.#options.number, undefined)
    this.#options.network.cutPeer(this.#options.number)
  }

  #dial(): void {
    if (this.#isOver) return
    const { network, number, nodes, scheduler } = this.#options
    network.dial(number, this.#random.integer(nodes)).channel.then(
      (channel) => (this.#isOver ? channel.close() : this.#speak(channel)),
      () => undefined,
    )
    scheduler.after(this.#random.between(1_000, 60_000), () => this.#dial())
  }

  #speak(channel: Channel): void {
    const { kind } = this.#options
    const say = (frame: Frame): void => this.#send(channel, encodeFrame(frame))
    if (kind !== 'mute') {
      channel.listen({ frame: (bytes) => this.#hear(bytes, channel), closed: () => undefined })
    }
    if (kind !== 'babbler' && this.#random.chance(0.9)) say(this.#hello())
    if (kind === 'mute') return
    if (kind === 'hoarder') {
      say({ type: 'pull', pull: 1, mode: 'entries', scope: undefined, after: { number: 0 }, compare: 0 })
    }
    if (kind === 'babbler' || kind === 'mutant' || kind === 'flooder') this.#goOn(channel, MOST_FRAMES)
  }

  /** One frame after another, some at once. */
  #goOn(channel: Channel, left: number): void {
    if (left === 0 || this.#isOver) return
    const { kind, scheduler } = this.#options
    const random = this.#random
    if (kind === 'babbler') this.#send(channel, random.bytes(random.integer(64)))
    else {
      const bytes = encodeFrame(randomFrame(random))
      if (kind === 'mutant' && bytes.length > 0) bytes[random.integer(bytes.length)] = random.integer(256)
      this.#send(channel, bytes)
    }
    scheduler.after(kind === 'flooder' ? 0 : random.integer(500), () => this.#goOn(channel, left - 1))
  }

  /** What liars, hoarders and forgers reply. */
  #hear(bytes: Uint8Array, channel: Channel): void {
    const say = (frame: Frame): void => this.#send(channel, encodeFrame(frame))
    const { kind } = this.#options
    let frame: Frame
    try {
      frame = decodeFrame(bytes)
    } catch {
      return
    }
    if (frame.type === 'ping') say({ type: 'pong', number: frame.number })
    if (kind === 'liar') this.#lie(frame, say)
    if (kind === 'forger' && frame.type === 'pull') {
      for (const items of forgedItems(this.#options.seed, this.#random)) {
        say({ type: 'arrivals', pull: frame.pull, upTo: this.#mark(), latest: 1_000_000, first: 0, items })
      }
    }
    // It answers a question, and never to the end.
    if (kind === 'hoarder' && frame.type === 'fetch') {
      say({ type: 'fetched', fetch: frame.fetch, isLast: false, items: [] })
    }
  }

  #lie(frame: Frame, say: (frame: Frame) => void): void {
    const random = this.#random
    switch (frame.type) {
      case 'hello':
        if (random.chance(0.5)) {
          say({ type: 'pull', pull: 1, mode: 'ids', scope: undefined, after: this.#mark(), compare: 0 })
        }
        return
      case 'pull':
        if (random.chance(0.3)) {
          say({ type: 'lost', pull: frame.pull, reason: 'other-id' })
          return
        }
        for (let count = random.integer(4); count >= 0; count -= 1) {
          const items = random.chance(0.5) ? [this.#id()] : []
          say({
            type: 'arrivals',
            pull: frame.pull,
            upTo: this.#mark(),
            latest: random.integer(2 ** 31),
            first: 0,
            items,
          })
        }
        return
      case 'fetch':
        say({ type: 'fetched', fetch: frame.fetch, isLast: random.chance(0.5), items: [] })
        return
      case 'compare':
      case 'compared': {
        const fingerprint = random.bytes(16)
        const ranges = random.chance(0.3)
          ? [{ kind: 'skip', upper: new Uint8Array() } as const]
          : [{ kind: 'fingerprint', upper: new Uint8Array(), count: random.integer(1_000), fingerprint } as const]
        say({ type: 'compared', compare: frame.compare, latest: this.#mark(), ranges })
      }
    }
  }

  #hello(): HelloFrame {
    const random = this.#random
    return {
      type: 'hello',
      version: random.chance(0.95) ? 1 : 2,
      // Low or high: then the one or the other side has to begin.
      databaseId: `${random.pick(['00', 'ff'])}${bytesToHex(random.bytes(15))}`,
      publicKey: bytesToHex(random.bytes(32)) as PublicKey,
      nonce: random.bytes(32),
      latest: this.#mark(),
      asksProof: random.chance(0.1),
      capabilities: ['heads', 'live', 'ranges'],
      maxFrameBytes: 1_100_000,
      creditBytes: random.pick([1, 10_000, 2 ** 31]),
    }
  }

  #mark(): { number: number; id: Hash } {
    return { number: this.#random.between(1, 1_000), id: this.#id() }
  }

  #id(): Hash {
    return `0020${bytesToHex(this.#random.bytes(32))}` as Hash
  }

  #send(channel: Channel, bytes: Uint8Array): void {
    channel.send(bytes).catch(() => undefined)
  }
}
