import type { Replica, ResumeName } from '../../replica.js'
import type { Timers } from '../../timers.js'
import type { ArrivalMark, ArrivalsFrame, LostFrame, PullFrame, Scope } from '../../wire/frame.js'
import type { Comparisons, Outcome } from '../compare/comparisons.js'
import { CHECK_MS, RETRY_MS } from '../limits.js'
import type { Patience } from '../patience.js'
import type { Peer } from '../peer.js'
import type { Send } from '../send.js'
import { outOfPlace } from '../session-end.js'
import type { SessionStatus } from '../session-status.js'
import { Signal } from '../signal.js'
import { Puller, type PullProgress } from './puller.js'
import { sameScope } from './scope-key.js'
import type { Share } from './share.js'
import type { Taker } from './taker.js'

export interface PullingOptions {
  readonly replica: Replica
  readonly taker: Taker
  readonly send: Send
  readonly timers: Timers
  readonly scope: Scope | undefined
  readonly share: Share
  readonly peer: Peer
  /** What this node's Hello has said. */
  readonly creditBytes: number
  readonly resumeName: ResumeName
  /** Of its Hello. */
  readonly peerLatest: ArrivalMark
  readonly comparisons: Comparisons
  readonly patience: Patience
  /** Whether this node's database id is the lower one. */
  readonly isLower: boolean
  readonly onStatus: (status: SessionStatus) => void
}

/** The first thing that a peer does after the greeting: then it is known whether it compares. */
type FirstMove = { readonly outcome: Promise<Outcome>; readonly scope: Scope | undefined } | 'pull'

/** Where a pull begins. */
interface Begin {
  readonly after: ArrivalMark
  readonly outcome?: Outcome | undefined
  /** What comes may be decided here though the comparison has found it missing: ids are asked for. */
  readonly isDoubtful?: boolean | undefined
}

/** What this node pulls from the peer, from finding out where to begin up to living on. */
export class Pulling {
  readonly #options: PullingOptions
  readonly #signal = new Signal()
  #firstMove: FirstMove | undefined
  #latestPull = 0
  #pulled: PullFrame | undefined
  #puller: Puller | undefined
  #lost: LostFrame | undefined
  /** The same is to be pulled in another mode. */
  #isChanging = false
  /** What was resumed is to be compared now. */
  #isCheckDue = false
  #cancelCheck: (() => void) | undefined

  constructor(options: PullingOptions) {
    this.#options = options
  }

  /** Runs until it is ended. */
  async run(): Promise<void> {
    let begin = await this.#firstBegin()
    if (!this.#signal.isOver && begin.outcome === undefined && begin.after.number > 0) this.#planCheck()
    while (!this.#signal.isOver) {
      // It may have become due while nothing was pulled.
      if (this.#isCheckDue) begin = await this.#check()
      await this.#pull(begin)
      if (this.#lost !== undefined) {
        this.#noCheck()
        this.#tellComparing(this.#lost)
        begin = this.#beginAfter(await this.#options.comparisons.begin(this.#options.scope))
      } else {
        if (this.#isChanging || this.#isCheckDue) await this.#stop()
        // Something could neither be decided nor kept: there may be room for it later.
        else await this.#signal.within(this.#options.timers, RETRY_MS, () => false)
        begin = await this.#resumed()
      }
    }
  }

  /** What the peer does first. */
  peerMoved(move: FirstMove): void {
    this.#firstMove ??= move
    this.#signal.tell()
  }

  arrivals(frame: ArrivalsFrame, bytes: number): void {
    if (frame.pull > this.#latestPull) throw outOfPlace(`Nobody has pulled by the number ${frame.pull}`)
    // Of a pull that was stopped, frames may be under way.
    if (frame.pull === this.#latestPull) this.#puller?.arrivals(frame, bytes)
  }

  lost(frame: LostFrame): void {
    const pull = this.#pulled
    if (frame.pull !== pull?.pull || this.#puller === undefined) throw outOfPlace('Nothing is pulled')
    if (pull.after.number === 0 || pull.compare > 0 || this.#puller.hasCome || this.#lost !== undefined) {
      throw outOfPlace('Lost says nothing of the pull')
    }
    this.#lost = frame
    this.#puller.end()
  }

  end(): void {
    this.#cancelCheck?.()
    this.#signal.end()
    this.#puller?.end()
  }

  async #firstBegin(): Promise<Begin> {
    const { replica, peerLatest, isLower, comparisons, patience, scope } = this.#options
    const after = await this.#resumePoint()
    if (after !== undefined) return { after }
    const own = await replica.latest()
    if (own.number === 0 || peerLatest.number === 0) return { after: { number: 0 } }
    this.#tellComparing()
    // Both may have to compare, and one comparison serves both: the other side waits whether the peer begins one.
    if (!isLower) {
      const stopWaiting = patience.expect('first Pull or Compare')
      await this.#signal.until(() => this.#firstMove !== undefined)
      stopWaiting()
      const move = this.#firstMove
      if (typeof move === 'object' && sameScope(move.scope, scope)) return this.#beginAfter(await move.outcome)
    }
    return this.#beginAfter(await comparisons.begin(scope))
  }

  #planCheck(): void {
    this.#cancelCheck = this.#options.timers.after(CHECK_MS, () => {
      this.#isCheckDue = true
      this.#puller?.end()
    })
  }

  /** What is compared now needs none. */
  #noCheck(): void {
    this.#cancelCheck?.()
    this.#isCheckDue = false
  }

  /** Instead of the pull that has run until now. Where both are too different it goes on where it was. */
  async #check(): Promise<Begin> {
    const { comparisons, scope } = this.#options
    this.#isCheckDue = false
    const outcome = await comparisons.begin(scope)
    return outcome.isTooMuch ? this.#resumed() : this.#beginAfter(outcome)
  }

  async #resumed(): Promise<Begin> {
    return { after: (await this.#resumePoint()) ?? { number: 0 } }
  }

  /**
   * What a node has refused or forgotten is in no scope, and has no head: a comparison of those finds it missing each
   * time. Where nothing was compared, much may be here.
   */
  #beginAfter(outcome: Outcome): Begin {
    const isDoubtful = this.#options.scope !== undefined || outcome.by !== 'ranges'
    return outcome.isTooMuch ? { after: { number: 0 }, isDoubtful } : { after: outcome.peerLatest, outcome, isDoubtful }
  }

  async #pull({ after, outcome, isDoubtful }: Begin): Promise<void> {
    const { replica, taker, send, scope, share, resumeName, creditBytes } = this.#options
    this.#lost = undefined
    this.#isChanging = false
    if (this.#signal.isOver) return
    this.#latestPull += 1
    const mode = isDoubtful ? 'ids' : share.mode()
    const pull: PullFrame = { type: 'pull', pull: this.#latestPull, mode, scope, after, compare: outcome?.compare ?? 0 }
    const onProgress = (progress: PullProgress): void => {
      this.#tellProgress(after, progress)
      const { number, latest } = progress
      // Entries are given up at any resume point: others bring them. They are asked for where few are left to come.
      const mayChange = number >= latest || (mode === 'entries' && number > 0)
      if (!mayChange || share.mode() === mode) return
      this.#isChanging = true
      this.#puller?.end()
    }
    this.#pulled = pull
    this.#puller = new Puller({ pull, replica, taker, send, resumeName, creditBytes, onProgress })
    const running = this.#puller.run()
    await send(pull).taken
    await running
    // What is still under way of it is dropped.
    this.#puller = undefined
  }

  #resumePoint(): Promise<ArrivalMark | undefined> {
    const { replica, resumeName, scope } = this.#options
    return replica.resumePoint(resumeName, scope)
  }

  async #stop(): Promise<void> {
    if (!this.#signal.isOver) await this.#options.send({ type: 'stop', pull: this.#latestPull }).taken
  }

  #tellComparing(lost?: LostFrame): void {
    const { onStatus, peer } = this.#options
    onStatus({ state: 'comparing', peer, lost: lost?.reason })
  }

  #tellProgress(after: ArrivalMark, { number, latest, first, items }: PullProgress): void {
    const { onStatus, peer } = this.#options
    const expected = first + Math.max(0, latest - after.number)
    const isLive = number >= latest
    onStatus(
      isLive
        ? { state: 'live', peer }
        : { state: 'receiving', peer, received: items, expected: Math.max(expected, items) },
    )
  }
}
