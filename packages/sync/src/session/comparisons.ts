import type { Hash } from '@rakko/core'
import { Comparison, type ComparisonStep } from '../reconcile/comparison.js'
import type { IdTree } from '../reconcile/id-tree.js'
import type { ComparedRange } from '../reconcile/range.js'
import type { Replica } from '../replica.js'
import type { ArrivalMark, ComparedFrame, CompareFrame, Scope } from '../wire/frame.js'
import { MAX_COMPARISONS, MAX_UNREAD_REPLIES } from './limits.js'
import type { Patience } from './patience.js'
import type { Send } from './send.js'
import { outOfPlace, SessionEnd } from './session-end.js'

export interface ComparisonsOptions {
  readonly replica: Replica
  readonly send: Send
  readonly patience: Patience
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
  /** Both are so different that each pulls everything. */
  readonly isTooMuch: boolean
}

/** Own ids that the peer lacks: what it is given first when it pulls. */
interface Difference {
  readonly compare: number
  readonly ids: IdTree
}

interface Running {
  readonly compare: number
  readonly outcome: Promise<Outcome>
  readonly resolve: (outcome: Outcome) => void
  readonly reject: (error: SessionEnd) => void
  /** Once the own ids are there. */
  opened?: { readonly comparison: Comparison; readonly latest: ArrivalMark } | undefined
  /** Replies that the channel has not carried off yet. */
  unread: number
  stopWaiting: () => void
}

/** The comparisons that one side has begun: one at a time. */
class Side {
  latest: number
  running: Running | undefined
  difference: Difference | undefined

  constructor(latest: number) {
    this.latest = latest
  }
}

/**
 * The comparisons of a session: own ones, and those that the peer has begun. The outcome of either serves both. Each
 * side has one under way at most, and one difference that is not given yet.
 */
export class Comparisons {
  readonly #options: ComparisonsOptions
  readonly #own: Side
  readonly #peers: Side
  #joined = 0
  #end: SessionEnd | undefined

  constructor(options: ComparisonsOptions) {
    this.#options = options
    this.#own = new Side(options.isLower ? -1 : 0)
    this.#peers = new Side(0)
  }

  /** Compares what both have decided in a scope. Rejects once the session has ended. */
  begin(scope: Scope | undefined): Promise<Outcome> {
    this.#own.latest += 2
    const running = this.#open(this.#own, this.#own.latest)
    if (this.#end === undefined) this.#ask(running, scope).catch(this.#options.onError)
    return running.outcome
  }

  /** Joins one that the peer has begun. The outcome rejects once the session has ended. */
  join(frame: CompareFrame): Promise<Outcome> {
    const { compare } = frame
    const isPeers = (compare % 2 === 1) !== this.#options.isLower
    if (!isPeers || compare <= this.#peers.latest) throw outOfPlace(`Comparison ${compare} cannot begin here`)
    if (this.#peers.running !== undefined) throw outOfPlace('A comparison began before the one before was over')
    this.#joined += 1
    if (this.#joined > MAX_COMPARISONS) {
      throw new SessionEnd('too-much', `A peer begins at most ${MAX_COMPARISONS} comparisons`)
    }
    this.#peers.latest = compare
    const running = this.#open(this.#peers, compare)
    this.#start(running, frame).catch(this.#options.onError)
    return running.outcome
  }

  take({ compare, latest, ranges }: ComparedFrame): void {
    const running = [this.#own, this.#peers].find((side) => side.running?.compare === compare)?.running
    if (running?.opened === undefined) throw outOfPlace(`Comparison ${compare} is not under way`)
    this.#reply(running, ranges, latest)
  }

  /** Own ids that the peer lacks by a comparison that is over; undefined for number 0. They are given once. */
  takeDifference(compare: number): readonly Hash[] | undefined {
    if (compare === 0) return undefined
    const side = [this.#own, this.#peers].find(({ difference }) => difference?.compare === compare)
    if (side?.difference === undefined) throw outOfPlace(`Comparison ${compare} has no difference to give`)
    const ids = side.difference.ids.hashes()
    side.difference = undefined
    return ids
  }

  /** Ends all that is under way. */
  end(error: SessionEnd): void {
    this.#end = error
    for (const side of [this.#own, this.#peers]) {
      side.running?.reject(error)
      side.running = undefined
      side.difference = undefined
    }
  }

  #open(side: Side, compare: number): Running {
    let resolve: Running['resolve'] = () => undefined
    let reject: Running['reject'] = () => undefined
    const outcome = new Promise<Outcome>((done, failed) => {
      resolve = done
      reject = failed
    })
    // Whether anybody waits for it, the peer does not decide.
    outcome.catch(() => undefined)
    const running: Running = { compare, outcome, resolve, reject, unread: 0, stopWaiting: () => undefined }
    if (this.#end === undefined) {
      side.running = running
      // What it has not asked for by now, the peer finds again in the new one.
      side.difference = undefined
    } else reject(this.#end)
    return running
  }

  async #read(scope: Scope | undefined): Promise<{ comparison: Comparison; latest: ArrivalMark }> {
    const { replica, maxFrameBytes } = this.#options
    // First the number, then the ids: what arrives between is in both, and comes by the pull too.
    const latest = await replica.latest()
    return { comparison: new Comparison(await replica.ids(scope), { maxFrameBytes }), latest }
  }

  async #ask(running: Running, scope: Scope | undefined): Promise<void> {
    const { comparison, latest } = await this.#read(scope)
    if (this.#end !== undefined) return
    // From here on the peer may reply, but not before it was asked.
    const ranges = comparison.start()
    running.opened = { comparison, latest }
    running.stopWaiting = this.#options.patience.expect('Compared')
    await this.#options.send({ type: 'compare', compare: running.compare, latest, scope, ranges }).taken
  }

  async #start(running: Running, { scope, ranges, latest }: CompareFrame): Promise<void> {
    running.opened = await this.#read(scope)
    if (this.#end === undefined) this.#reply(running, ranges, latest)
  }

  /** Replies at once: what the peer sends next may already build on that. */
  #reply(running: Running, got: readonly ComparedRange[], peerLatest: ArrivalMark): void {
    const { compare, opened } = running
    if (opened === undefined) return
    if (running.unread >= MAX_UNREAD_REPLIES)
      throw outOfPlace('Compared came before the peer had read what it replies to')
    running.stopWaiting()
    const step = opened.comparison.take(got)
    if (step.isDone) this.#finish(running, opened.comparison, peerLatest)
    else running.stopWaiting = this.#options.patience.expect('Compared')
    this.#send(running, compare, opened.latest, step)
  }

  #finish(running: Running, comparison: Comparison, peerLatest: ArrivalMark): void {
    const { compare } = running
    const side = this.#own.running === running ? this.#own : this.#peers
    const { isTooMuch } = comparison
    side.running = undefined
    side.difference = isTooMuch ? undefined : { compare, ids: comparison.theyLackIds }
    running.resolve({ compare, peerLatest, isTooMuch })
  }

  #send(running: Running, compare: number, latest: ArrivalMark, { ranges }: ComparisonStep): void {
    if (ranges === undefined) return
    running.unread += 1
    this.#options
      .send({ type: 'compared', compare, latest, ranges })
      .taken.then(() => {
        running.unread -= 1
      })
      .catch(this.#options.onError)
  }
}
