import type { Hash } from '@rakko/core'
import { Comparison } from '../reconcile/comparison.js'
import type { Replica } from '../replica.js'
import type { ArrivalMark, ComparedFrame, CompareFrame, Scope } from '../wire/frame.js'
import { MAX_COMPARISONS } from './limits.js'
import type { Send } from './send.js'
import { outOfPlace, SessionEnd } from './session-end.js'

export interface ComparisonsOptions {
  readonly replica: Replica
  readonly send: Send
  /** Whether this node's database id is the lower one: then its comparisons have odd numbers, else even ones. */
  readonly isLower: boolean
  /** Of what the peer takes. */
  readonly maxFrameBytes: number
  readonly onError: (error: unknown) => void
}

/** What a comparison has led to: from here the peer can be pulled. */
export interface Outcome {
  readonly compare: number
  /** The peer's latest arrival when the comparison began. */
  readonly peerLatest: ArrivalMark
  /** How many entries the peer has that are not here. */
  readonly lacking: number
  /** Both are so different that each pulls everything. */
  readonly isTooMuch: boolean
}

interface Running {
  readonly comparison: Comparison
  /** This node's latest arrival when the comparison began. */
  readonly latest: ArrivalMark
  readonly resolve: (outcome: Outcome) => void
}

/** The comparisons of a session: own ones, and those that the peer has begun. The outcome of either serves both. */
export class Comparisons {
  readonly #options: ComparisonsOptions
  readonly #running = new Map<number, Running>()
  readonly #outcomes = new Map<number, Promise<Outcome>>()
  /** Own ids that the peer lacks: what it is given first when it pulls. */
  readonly #differences = new Map<number, readonly Hash[]>()
  #latestOwn: number
  #latestOfPeer = 0

  constructor(options: ComparisonsOptions) {
    this.#options = options
    this.#latestOwn = options.isLower ? -1 : 0
  }

  /** Compares what both have decided in a scope. */
  async begin(scope: Scope | undefined): Promise<Outcome> {
    this.#latestOwn += 2
    const compare = this.#latestOwn
    const { comparison, latest, outcome } = await this.#open(compare, scope)
    await this.#options.send({ type: 'compare', compare, latest, scope, ranges: comparison.start() }).taken
    return outcome
  }

  /** Joins one that the peer has begun. */
  join(frame: CompareFrame): void {
    const { compare, scope } = frame
    const isPeers = (compare % 2 === 1) !== this.#options.isLower
    if (!isPeers || compare <= this.#latestOfPeer) throw outOfPlace(`Comparison ${compare} cannot begin here`)
    if (this.#outcomes.size >= MAX_COMPARISONS) {
      throw new SessionEnd('too-much', `A peer has at most ${MAX_COMPARISONS} comparisons`)
    }
    this.#latestOfPeer = compare
    this.#answer(this.#open(compare, scope), frame)
  }

  take(frame: ComparedFrame): void {
    const running = this.#running.get(frame.compare)
    if (running === undefined) throw outOfPlace(`Comparison ${frame.compare} is not under way`)
    this.#answer(Promise.resolve(running), frame)
  }

  /** Of a comparison that runs or is over. */
  outcome(compare: number): Promise<Outcome> {
    const outcome = this.#outcomes.get(compare)
    if (outcome === undefined) throw outOfPlace(`There was no comparison ${compare}`)
    return outcome
  }

  /** Own ids that the peer lacks by a comparison that is over; undefined for number 0. They are given once. */
  takeDifference(compare: number): readonly Hash[] | undefined {
    if (compare === 0) return undefined
    const difference = this.#differences.get(compare)
    if (difference === undefined) throw outOfPlace(`Comparison ${compare} has no difference to give`)
    this.#differences.delete(compare)
    return difference
  }

  async #open(compare: number, scope: Scope | undefined): Promise<Running & { readonly outcome: Promise<Outcome> }> {
    let resolve: Running['resolve'] = () => undefined
    const outcome = new Promise<Outcome>((done) => {
      resolve = done
    })
    this.#outcomes.set(compare, outcome)
    const { replica, maxFrameBytes } = this.#options
    // First the number, then the ids: what arrives between is in both, and comes by the pull too.
    const latest = await replica.latest()
    const running = { comparison: new Comparison(await replica.ids(scope), { maxFrameBytes }), latest, resolve }
    this.#running.set(compare, running)
    return { ...running, outcome }
  }

  #answer(opening: Promise<Running>, frame: CompareFrame | ComparedFrame): void {
    this.#reply(opening, frame).catch(this.#options.onError)
  }

  async #reply(opening: Promise<Running>, frame: CompareFrame | ComparedFrame): Promise<void> {
    const { comparison, latest, resolve } = await opening
    const { compare } = frame
    const { ranges, isDone } = comparison.take(frame.ranges)
    if (isDone) {
      this.#running.delete(compare)
      const isTooMuch = comparison.isTooMuch
      if (!isTooMuch) this.#differences.set(compare, comparison.theyLack)
      resolve({ compare, peerLatest: frame.latest, lacking: comparison.lacking, isTooMuch })
    }
    if (ranges !== undefined) await this.#options.send({ type: 'compared', compare, latest, ranges }).taken
  }
}
