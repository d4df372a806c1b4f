import type { Hash } from '@rakko/core'
import type { Replica, ResumeName } from '../../replica.js'
import type { ArrivalsFrame, EntryItem, Item, PullFrame } from '../../wire/frame.js'
import { creditOf } from '../credit.js'
import { TAKE_BYTES } from '../limits.js'
import type { Send } from '../send.js'
import { outOfPlace, tooMuch } from '../session-end.js'
import { Signal } from '../signal.js'
import type { Taker } from './taker.js'

export interface PullerOptions {
  readonly pull: PullFrame
  readonly replica: Replica
  readonly taker: Taker
  readonly send: Send
  /** What this node's Hello has said. */
  readonly creditBytes: number
  readonly resumeName: ResumeName
  /** After each piece that was taken. */
  readonly onProgress: (progress: PullProgress) => void
}

export interface PullProgress {
  /** How far the peer's arrivals were decided here; 0 while what comes first is under way. */
  readonly number: number
  /** The peer's latest. */
  readonly latest: number
  /** How many entries the difference has, as the peer says. */
  readonly first: number
  /** Items that this pull has brought so far. */
  readonly items: number
}

interface Arrived {
  readonly frame: ArrivalsFrame
  readonly bytes: number
  readonly credit: number
}

/** Takes what a pull brings, in order, and keeps how far it is. */
export class Puller {
  readonly #options: PullerOptions
  readonly #signal = new Signal()
  #arrived: Arrived[] = []
  /** Of what has come and is not taken. */
  #credit = 0
  /** How far the frames that have come lead. */
  #number = 0
  /** Whether any Arrivals have come. */
  hasCome = false
  #frames = 0
  #items = 0
  #first = 0

  constructor(options: PullerOptions) {
    this.#options = options
  }

  /** Keeps a frame until it is its turn. Throws where it has no place, or more comes than was credited. */
  arrivals(frame: ArrivalsFrame, bytes: number): void {
    this.#check(frame)
    // One frame more may be under way.
    const { creditBytes } = this.#options
    if (this.#credit > creditBytes) {
      throw tooMuch(creditBytes, 'bytes of arrivals under way')
    }
    const credit = creditOf(bytes, frame.items.length)
    this.#credit += credit
    this.#number = frame.upTo.number
    this.hasCome = true
    this.#options.taker.offered(frame.items.filter((item) => typeof item === 'string'))
    this.#arrived.push({ frame, bytes, credit })
    this.#signal.tell()
  }

  /**
   * Runs until it is ended, and what had arrived until then was taken. Returns early where something came that cannot be
   * kept: the pull is to be tried later.
   */
  async run(): Promise<void> {
    const { pull, send } = this.#options
    for (;;) {
      await this.#signal.until(() => this.#arrived.length > 0)
      if (this.#arrived.length === 0) return
      const isTaken = await this.#takeNext()
      if (!this.#signal.isOver) {
        await send(
          isTaken ? { type: 'taken', pull: pull.pull, frames: this.#frames } : { type: 'stop', pull: pull.pull },
        ).taken
      }
      if (!isTaken) return
    }
  }

  end(): void {
    this.#signal.end()
  }

  async #takeNext(): Promise<boolean> {
    const { pull, replica, resumeName, onProgress } = this.#options
    const next = this.#next()
    const items = next.flatMap(({ frame }) => frame.items)
    const isDifference = next.some(({ frame }) => frame.upTo.number === 0)
    if (!(await this.#take(items, isDifference))) return false
    // Each leads as far as the one before, or further.
    const { upTo, latest } = (next.at(-1) as Arrived).frame
    if (upTo.number > 0) await replica.keepResumePoint(resumeName, pull.scope, upTo)
    for (const { credit } of next) this.#credit -= credit
    this.#frames += next.length
    this.#items += items.length
    this.#first = Math.max(this.#first, ...next.map(({ frame }) => frame.first))
    onProgress({ number: upTo.number, latest, first: this.#first, items: this.#items })
    return true
  }

  #check({ upTo, latest, first, items }: ArrivalsFrame): void {
    const { mode, after, compare } = this.#options.pull
    const isFirst = upTo.number === 0
    const least = isFirst ? this.#number : Math.max(this.#number, after.number)
    if (upTo.number < least || upTo.number > latest) {
      throw outOfPlace(`Arrivals lead to ${upTo.number}, not to ${least} at least and ${latest} at most`)
    }
    if (first > 0 && (!isFirst || compare === 0)) throw outOfPlace('Arrivals are no piece of a difference')
    if (items.some((item) => (typeof item === 'string') !== (mode === 'ids'))) {
      throw outOfPlace(`Arrivals have other items than the ${mode} that were asked for`)
    }
  }

  #take(items: readonly Item[], isDifference: boolean): Promise<boolean> {
    const { taker, pull } = this.#options
    // All are of the mode that was asked for, as was checked when they came.
    if (pull.mode === 'ids') return taker.takeIds(items as readonly Hash[], isDifference)
    return taker.take(items as readonly EntryItem[])
  }

  /** What came while the piece before was taken, up to a bound: fewer and larger transactions. */
  #next(): Arrived[] {
    let bytes = 0
    let count = 0
    for (const arrived of this.#arrived) {
      if (count > 0 && bytes + arrived.bytes > TAKE_BYTES) break
      bytes += arrived.bytes
      count += 1
    }
    return this.#arrived.splice(0, count)
  }
}
