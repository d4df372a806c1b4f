import type { IdTree } from '../../reconcile/id-tree.js'
import type { ArrivedItem, Replica } from '../../replica.js'
import type { Timers } from '../../timers.js'
import type { ArrivalMark, PullFrame } from '../../wire/frame.js'
import { creditOf } from '../credit.js'
import type { KnownIds } from '../known-ids.js'
import { ARRIVALS_BYTES, COUNTED_PIECES, MAX_UNTOLD, PROGRESS_MS } from '../limits.js'
import type { Send } from '../send.js'
import { outOfPlace } from '../session-end.js'
import { Signal } from '../signal.js'
import type { Backlog } from './backlog.js'

export interface SourceOptions {
  readonly pull: PullFrame
  readonly replica: Replica
  readonly send: Send
  /** Arrivals that may be under way, as `creditOf` counts: what the peer's Hello has said. */
  readonly creditBytes: number
  /** What the peer has sent itself. */
  readonly known: KnownIds
  /** Own ids that the peer lacks, where the pull follows a comparison. */
  readonly difference?: Promise<IdTree> | undefined
  readonly timers: Timers
  /** The backlog has changed. */
  readonly onBacklog: () => void
}

/**
 * Gives a peer what it pulls: first what it needs to begin, then arrivals in order, as they become durable. Nothing is
 * kept for a peer that is slow: what it gets is read from the store when it has room.
 */
export class Source {
  readonly #options: Omit<SourceOptions, 'difference'>
  /** Until it is given: what follows may take as long as the session. */
  #difference: Promise<IdTree> | undefined
  readonly #signal = new Signal()
  /** The frames that were not taken yet, in order. */
  readonly #underWay: { readonly credit: number; readonly items: number }[] = []
  /** How far the arrivals were looked at, and how many there were. */
  #number: number
  #latest = 0
  /** Ids of the difference that were not sent yet. */
  #differenceLeft = 0
  /** Items that wait for room at the peer. */
  #held = 0
  #creditUnderWay = 0
  #framesTaken = 0
  #hasNews = false
  #running: Promise<void> = Promise.resolve()
  #stopListening: () => void = () => undefined

  constructor({ difference, ...options }: SourceOptions) {
    this.#options = options
    this.#difference = difference
    this.#number = options.pull.after.number
  }

  /** Whether it holds a difference, for a peer that has not said Stop. */
  get isGivingDifference(): boolean {
    return this.#difference !== undefined && !this.#signal.isOver
  }

  /** Runs until it is stopped, or has told that the peer's resume point is not here. Rejects as `send` does. */
  run(): Promise<void> {
    const running = this.#run()
    this.#running = running.catch(() => undefined)
    return running
  }

  async #run(): Promise<void> {
    const { pull, replica, known } = this.#options
    this.#stopListening = replica.onArrival(() => {
      this.#hasNews = true
      this.#signal.tell()
    })
    try {
      this.#differenceLeft = (await this.#difference)?.size ?? 0
      if (pull.compare === 0 && !(await this.#isMarkHere())) return
      this.#latest = (await replica.latest()).number
      // Who resumes has them: what a schema id names never changes.
      const isFirst = pull.after.number === 0 || pull.compare > 0
      if (isFirst) await this.#giveFirst(replica.definitions(pull.scope, ARRIVALS_BYTES), known)
      await this.#giveDifference()
      await this.#giveArrivals()
    } finally {
      this.#stopListening()
    }
  }

  /** Those that were not looked at count, whether they are for the peer or not. Undefined before it has begun. */
  get backlog(): Backlog | undefined {
    if (this.#latest === 0) return undefined
    const looked = this.#underWay.reduce((sum, { items }) => sum + items, this.#differenceLeft + this.#held)
    return { toSend: looked + Math.max(0, this.#latest - this.#number), upTo: this.#latest }
  }

  /** The same once nothing is sent any more: what came from the peer last does not count. */
  async backlogAtEnd(): Promise<Backlog | undefined> {
    await this.#running
    if (this.#latest === 0) return undefined
    const { pull, replica, known } = this.#options
    let toSend = 0
    for (let pieces = 0; pieces < COUNTED_PIECES; pieces += 1) {
      const { items, upTo, latest } = await replica.arrivalsAfter(this.#number, pull.scope, ARRIVALS_BYTES)
      toSend += (await known.unknown(items)).length
      this.#number = upTo.number
      this.#latest = latest
      if (this.#number >= latest) break
    }
    const rest = this.backlog
    return rest && { ...rest, toSend: rest.toSend + toSend }
  }

  /** How many of the frames the peer has decided. Throws where that cannot be. */
  taken(frames: number): void {
    const more = frames - this.#framesTaken
    if (more < 0 || more > this.#underWay.length) throw outOfPlace(`Taken says ${frames} frames`)
    for (const { credit } of this.#underWay.splice(0, more)) this.#creditUnderWay -= credit
    this.#framesTaken = frames
    this.#signal.tell()
    this.#options.onBacklog()
  }

  stop(): void {
    this.#signal.end()
    // What is being read may take long.
    this.#stopListening()
  }

  async #isMarkHere(): Promise<boolean> {
    const { pull, replica, send } = this.#options
    const { number, id } = pull.after
    if (number === 0) return true
    const here = await replica.idAt(number)
    if (here === id) return true
    await send({ type: 'lost', pull: pull.pull, reason: here === undefined ? 'beyond' : 'other-id' }).taken
    return false
  }

  /** Without what is known to be the peer's. `first`: how many all pieces have, where that is known. */
  async #giveFirst(pieces: AsyncIterable<readonly ArrivedItem[]>, known?: KnownIds, first = 0): Promise<void> {
    for await (const items of pieces) {
      if (this.#signal.isOver) return
      await this.#give({ number: 0 }, this.#latest, (await known?.unknown(items)) ?? items, first)
      this.#differenceLeft = Math.max(0, this.#differenceLeft - items.length)
    }
  }

  async #giveDifference(): Promise<void> {
    const ids = await this.#difference
    if (ids === undefined) return
    // The peer may have sent some of them without their payloads meanwhile: it lacks these.
    await this.#giveFirst(this.#options.replica.entriesOf(ids.hashes(), ARRIVALS_BYTES), undefined, ids.size)
    this.#difference = undefined
    this.#differenceLeft = 0
  }

  async #giveArrivals(): Promise<void> {
    const { pull, replica, known } = this.#options
    let told = -1
    while (!this.#signal.isOver) {
      this.#hasNews = false
      const { items, upTo, latest } = await replica.arrivalsAfter(this.#number, pull.scope, ARRIVALS_BYTES)
      const { number } = upTo
      this.#number = number
      this.#latest = latest
      const given = await known.unknown(items)
      const isAll = number >= latest
      const untold = number - told
      const isWorthTelling = given.length > 0 || told < 0 || (isAll && untold >= MAX_UNTOLD)
      if (isWorthTelling || (isAll && untold > 0 && (await this.#staysQuiet()))) {
        await this.#give(upTo, latest, given)
        told = number
      }
      if (isAll) await this.#signal.until(() => this.#hasNews)
    }
  }

  /**
   * Waits whether nothing more comes for a while. Only then is a little progress told that brings no entries: each such
   * frame makes the peer write down its resume point.
   */
  #staysQuiet(): Promise<boolean> {
    return this.#signal.within(this.#options.timers, PROGRESS_MS, () => this.#hasNews)
  }

  /** Sends once the peer has room. */
  async #give(upTo: ArrivalMark, latest: number, items: readonly ArrivedItem[], first = 0): Promise<void> {
    const { pull, send, creditBytes } = this.#options
    this.#held = items.length
    await this.#signal.until(() => this.#creditUnderWay === 0 || this.#creditUnderWay + ARRIVALS_BYTES <= creditBytes)
    if (this.#signal.isOver) return
    const { bytes, taken } = send({
      type: 'arrivals',
      pull: pull.pull,
      upTo,
      latest,
      first,
      items: pull.mode === 'ids' ? items.map(({ id }) => id) : items,
    })
    this.#held = 0
    const credit = creditOf(bytes, items.length)
    this.#underWay.push({ credit, items: items.length })
    this.#creditUnderWay += credit
    this.#options.onBacklog()
    await taken
  }
}
