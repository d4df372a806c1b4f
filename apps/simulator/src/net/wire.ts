import { type Channel, type MemoryChannels, memoryChannels } from '@rakko/sync'
import type { Random } from '../time/random.js'
import type { Scheduler } from '../time/scheduler.js'
import type { Trace } from '../time/trace.js'
import { DamagedEnd } from './damaged-end.js'
import { describeFrame } from './describe-frame.js'

/** How bad the ways of a world are. Each probability is one for each frame. */
export interface Weather {
  readonly leastMs: number
  readonly mostMs: number
  readonly truncate: number
  readonly duplicate: number
  readonly cut: number
}

export interface WireOptions {
  readonly scheduler: Scheduler
  readonly trace: Trace
  readonly random: Random
  /** Of the world, from 1. */
  readonly number: number
  /** Who has dialled, and whom: numbers of the world's peers. */
  readonly from: number
  readonly to: number
  /** Asked for each frame: what is cleared up is no longer bad. */
  readonly weather: () => Weather
  /** Whether nothing gets through now. What is under way then waits. */
  readonly isBlocked: () => boolean
  readonly onClosed: (wire: Wire) => void
}

/** A connection of two peers, which is slow, and may break what it carries. */
export class Wire {
  /** That of who has dialled first. */
  readonly ends: readonly [Channel, Channel]
  readonly #options: WireOptions
  readonly #channels: MemoryChannels
  readonly #waiting: (() => void)[] = []
  #isClosed = false
  #isTruncated = false
  #open = 2

  constructor(options: WireOptions) {
    this.#options = options
    this.#channels = memoryChannels({ schedule: (_, deliver) => this.#deliver(deliver) })
    const { ends } = this.#channels
    this.ends = [this.#endOf(ends[0], 0), this.#endOf(ends[1], 1)]
  }

  get from(): number {
    return this.#options.from
  }

  get to(): number {
    return this.#options.to
  }

  get name(): string {
    const { from, to, number } = this.#options
    return `#${number} (n${from}–n${to})`
  }

  get isClosed(): boolean {
    return this.#isClosed
  }

  /** A frame came in part: nobody may speak over it any more. */
  get isTruncated(): boolean {
    return this.#isTruncated
  }

  /** What waited gets through now. */
  unblock(): void {
    for (const deliver of this.#waiting.splice(0)) this.#deliver(deliver)
  }

  cut(): void {
    if (this.#isClosed) return
    this.#options.trace.note(`${this.name} is cut`)
    this.#end()
    this.#channels.cut()
  }

  #deliver(deliver: () => void): void {
    const { scheduler, random, weather, isBlocked, trace, number } = this.#options
    const { leastMs, mostMs } = weather()
    scheduler.after(random.between(leastMs, mostMs), () => {
      if (isBlocked()) {
        this.#waiting.push(deliver)
        return
      }
      trace.arrival(number)
      deliver()
    })
  }

  #endOf(channel: Channel, end: 0 | 1): Channel {
    return new DamagedEnd(channel, {
      onSend: (frame) => this.#damaged(frame, end),
      onClosed: () => {
        this.#open -= 1
        if (this.#open === 0) this.#end()
      },
    })
  }

  #damaged(frame: Uint8Array, end: 0 | 1): readonly Uint8Array[] {
    const { random, weather, trace, scheduler, from, to, number } = this.#options
    const way = end === 0 ? `n${from} → n${to} #${number}` : `n${to} → n${from} #${number}`
    trace.frame(way, frame, describeFrame)
    const { truncate, duplicate, cut } = weather()
    const [drawn, place] = [random.number(), random.number()]
    if (drawn < truncate) {
      this.#isTruncated = true
      trace.note(`${way} truncated`)
      return [frame.subarray(0, Math.floor(place * frame.length))]
    }
    if (drawn < truncate + duplicate) {
      trace.note(`${way} twice`)
      return [frame, frame]
    }
    if (drawn < truncate + duplicate + cut) scheduler.after(Math.floor(place * 200), () => this.cut())
    return [frame]
  }

  #end(): void {
    if (this.#isClosed) return
    this.#isClosed = true
    this.#options.onClosed(this)
  }
}
