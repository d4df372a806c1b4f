import { RakkoError } from '@rakko/core'
import type { Channel, Dialling } from '@rakko/sync'
import { Random } from '../time/random.js'
import type { Scheduler } from '../time/scheduler.js'
import type { Trace } from '../time/trace.js'
import { type Weather, Wire } from './wire.js'

const CLEAR: Weather = { leastMs: 1, mostMs: 20, truncate: 0, duplicate: 0, cut: 0 }

export interface NetworkOptions {
  readonly seed: number
  readonly scheduler: Scheduler
  readonly trace: Trace
  readonly weather: Weather
}

/** All ways between the peers of a world. */
export class Network {
  readonly #options: NetworkOptions
  readonly #accepts = new Map<number, (channel: Channel, from: number) => void>()
  readonly #wires = new Set<Wire>()
  readonly #dials = new Map<string, number>()
  #weather: Weather
  #isApart: (one: number, other: number) => boolean = () => false
  #count = 0

  constructor(options: NetworkOptions) {
    this.#options = options
    this.#weather = options.weather
  }

  /** Connections that were made so far. */
  get connections(): number {
    return this.#count
  }

  /** Those that carried a part of a frame and are open nevertheless. */
  get survivors(): readonly Wire[] {
    return [...this.#wires].filter(({ isTruncated }) => isTruncated)
  }

  /** Where a peer is to be reached from now on; without `accept` nowhere. */
  listen(peer: number, accept: ((channel: Channel, from: number) => void) | undefined): void {
    if (accept === undefined) this.#accepts.delete(peer)
    else this.#accepts.set(peer, accept)
  }

  dial(from: number, to: number): Dialling {
    let wire: Wire | undefined
    let isAborted = false
    const random = this.#randomOf(from, to)
    const channel = new Promise<Channel>((resolve, reject) => {
      this.#options.scheduler.after(random.between(this.#weather.leastMs, this.#weather.mostMs), () => {
        const accept = this.#accepts.get(to)
        if (isAborted || accept === undefined || this.#isApart(from, to)) {
          reject(new RakkoError('CHANNEL_CLOSED', `n${to} cannot be reached`))
          return
        }
        wire = this.#connect(from, to, random)
        accept(wire.ends[1], from)
        resolve(wire.ends[0])
      })
    })
    return {
      channel,
      abort() {
        isAborted = true
        wire?.ends[0].close()
      },
    }
  }

  /** Nothing gets from one side to the other, until `join`. Connections are cut, or what they carry waits. */
  part(side: ReadonlySet<number>, isCut: boolean): void {
    this.#isApart = (one, other) => side.has(one) !== side.has(other)
    if (!isCut) return
    for (const wire of [...this.#wires]) if (this.#isApart(wire.from, wire.to)) wire.cut()
  }

  join(): void {
    this.#isApart = () => false
    for (const wire of [...this.#wires]) wire.unblock()
  }

  /** The connections of a peer are gone. */
  cutPeer(peer: number): void {
    for (const wire of [...this.#wires]) if (wire.from === peer || wire.to === peer) wire.cut()
  }

  cutOne(random: Random): void {
    if (this.#wires.size > 0) random.pick([...this.#wires]).cut()
  }

  clearUp(): void {
    this.#weather = CLEAR
    this.join()
  }

  #connect(from: number, to: number, random: Random): Wire {
    this.#count += 1
    const wire = new Wire({
      ...this.#options,
      random,
      number: this.#count,
      from,
      to,
      weather: () => this.#weather,
      isBlocked: () => this.#isApart(from, to),
      onClosed: (closed) => this.#wires.delete(closed),
    })
    this.#wires.add(wire)
    return wire
  }

  #randomOf(from: number, to: number): Random {
    const key = `${from}–${to}`
    const count = (this.#dials.get(key) ?? 0) + 1
    this.#dials.set(key, count)
    return Random.of(this.#options.seed, 1, from, to, count)
  }
}
