import type { IdTree } from '../../reconcile/id-tree.js'
import type { Replica } from '../../replica.js'
import type {
  ArrivalMark,
  ComparedFrame,
  ComparedHeadsFrame,
  CompareFrame,
  CompareHeadsFrame,
  Frame,
  Scope,
} from '../../wire/frame.js'
import { MAX_COMPARISONS, MAX_UNREAD_REPLIES } from '../limits.js'
import type { Patience } from '../patience.js'
import type { Send } from '../send.js'
import { outOfPlace, type SessionEnd, tooMuch } from '../session-end.js'
import type { Got, Side, Way } from './way.js'

type Begin = CompareFrame | CompareHeadsFrame

export interface ComparisonsOptions {
  readonly replica: Pick<Replica, 'latest'>
  readonly send: Send
  readonly patience: Patience
  /** Whether this node's database id is the lower one: then its comparisons have odd numbers, else even ones. */
  readonly isLower: boolean
  /** How own comparisons go; undefined where both have no way in common. */
  readonly way: Way | undefined
  /** How one goes that the peer has begun. */
  readonly ways: { readonly [Type in Begin['type']]: Way | undefined }
  readonly onError: (error: unknown) => void
}

/** What a comparison has led to: from here the peer can be pulled. */
export interface Outcome {
  /** 0 where nothing was compared. */
  readonly compare: number
  readonly by: Way['name'] | undefined
  /** The peer's latest arrival when the comparison began. */
  readonly peerLatest: ArrivalMark
  /** Both are so different that each pulls everything. */
  readonly isTooMuch: boolean
}

/** Both have no way in common: each pulls everything. */
const NOT_COMPARED: Outcome = { compare: 0, by: undefined, peerLatest: { number: 0 }, isTooMuch: true }

/** Own ids that the peer lacks: what it is given first when it pulls. */
interface Difference {
  readonly compare: number
  readonly ids: IdTree
}

interface Running {
  readonly compare: number
  readonly by: Way['name']
  readonly outcome: Promise<Outcome>
  readonly resolve: (outcome: Outcome) => void
  readonly reject: (error: SessionEnd) => void
  /** How it goes, once the own ids are there. */
  side?: Side
  latest: ArrivalMark
  /** While the peer's frame is looked at, and it is not its turn. */
  step: Promise<void> | undefined
  /** Replies that the channel has not carried off yet. */
  unread: number
  stopWaiting: () => void
}

/** The comparisons that one of both has begun: one at a time. */
class Begun {
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
  readonly #own: Begun
  readonly #peers = new Begun(0)
  #joined = 0
  #end: SessionEnd | undefined

  constructor(options: ComparisonsOptions) {
    this.#options = options
    this.#own = new Begun(options.isLower ? -1 : 0)
  }

  /** Compares what both have in a scope. Rejects once the session has ended. */
  async begin(scope: Scope | undefined): Promise<Outcome> {
    const { way } = this.#options
    if (way === undefined) return NOT_COMPARED
    this.#own.latest += 2
    const running = this.#begun(this.#own, this.#own.latest, way)
    this.#do(running, async () => {
      const side = await this.#open(running, way, scope)
      const opening = await side.open()
      const { compare, latest } = running
      if (this.#end === undefined) this.#send(running, { ...opening, compare, latest, scope }, true)
    })
    return running.outcome
  }

  /** Joins one that the peer has begun. The outcome rejects once the session has ended. */
  join(frame: Begin): Promise<Outcome> {
    const { compare } = frame
    const isNext = (compare % 2 === 1) !== this.#options.isLower && compare > this.#peers.latest
    const way = this.#options.ways[frame.type]
    if (!isNext || way === undefined || this.#peers.running !== undefined) {
      throw outOfPlace(`Comparison ${compare} cannot begin now`)
    }
    this.#joined += 1
    if (this.#joined > MAX_COMPARISONS) throw tooMuch(MAX_COMPARISONS, 'comparisons')
    this.#peers.latest = compare
    const running = this.#begun(this.#peers, compare, way)
    this.#do(running, async () => this.#reply(running, await this.#open(running, way, frame.scope), frame))
    return running.outcome
  }

  take(frame: ComparedFrame | ComparedHeadsFrame): void {
    const running = this.#runningOf(frame.compare)
    if (running?.side === undefined || running.step !== undefined) {
      throw outOfPlace(`Comparison ${frame.compare} is not under way`)
    }
    const { side } = running
    this.#do(running, () => this.#reply(running, side, frame))
  }

  /** Own ids that the peer lacks by a comparison that is over; undefined for number 0. They are given once. */
  takeDifference(compare: number): Promise<IdTree> | undefined {
    if (compare === 0) return undefined
    const given = this.#given(compare)
    // The pull that asks for it may be refused before.
    given.catch(() => undefined)
    return given
  }

  async #given(compare: number): Promise<IdTree> {
    // The peer knows that it is over as soon as it has sent its last frame.
    await this.#runningOf(compare)?.step
    const begun = [this.#own, this.#peers].find(({ difference }) => difference?.compare === compare)
    if (begun?.difference === undefined) throw outOfPlace(`Comparison ${compare} has no difference to give`)
    const { ids } = begun.difference
    begun.difference = undefined
    return ids
  }

  #runningOf(compare: number): Running | undefined {
    return [this.#own, this.#peers].find(({ running }) => running?.compare === compare)?.running
  }

  /** Ends all that is under way. */
  end(error: SessionEnd): void {
    this.#end = error
    for (const begun of [this.#own, this.#peers]) {
      begun.running?.reject(error)
      begun.running = undefined
      begun.difference = undefined
    }
  }

  #begun(begun: Begun, compare: number, { name: by }: Way): Running {
    let resolve: Running['resolve'] = () => undefined
    let reject: Running['reject'] = () => undefined
    const outcome = new Promise<Outcome>((done, failed) => {
      resolve = done
      reject = failed
    })
    // Whether anybody waits for it, the peer does not decide.
    outcome.catch(() => undefined)
    const stopWaiting = (): void => undefined
    const latest = { number: 0 }
    const running: Running = { compare, by, outcome, resolve, reject, latest, step: undefined, unread: 0, stopWaiting }
    if (this.#end === undefined) {
      begun.running = running
      // What it has not asked for by now, the peer finds again in the new one.
      begun.difference = undefined
    } else reject(this.#end)
    return running
  }

  /** Until it is done, nothing else of the comparison has its turn. */
  #do(running: Running, step: () => Promise<void>): void {
    running.step = step().then(() => {
      running.step = undefined
    })
    running.step.catch(this.#options.onError)
  }

  /** First the number, then the ids: what arrives between is in both, and comes by the pull too. */
  async #open(running: Running, way: Way, scope: Scope | undefined): Promise<Side> {
    running.latest = await this.#options.replica.latest()
    running.side = await way.begin(scope)
    return running.side
  }

  async #reply(running: Running, side: Side, got: Got): Promise<void> {
    if (running.unread >= MAX_UNREAD_REPLIES)
      throw outOfPlace('Compared came before the peer had read what it replies to')
    running.stopWaiting()
    const { reply, isDone } = await side.take(got)
    if (this.#end !== undefined) return
    const { compare, latest } = running
    if (isDone) this.#finish(running, side, got.latest)
    if (reply !== undefined) this.#send(running, { ...reply, compare, latest }, !isDone)
  }

  #finish(running: Running, { found }: Side, peerLatest: ArrivalMark): void {
    const { compare, by } = running
    const begun = this.#own.running === running ? this.#own : this.#peers
    const { isTooMuch, theyLackIds: ids } = found
    begun.running = undefined
    begun.difference = isTooMuch ? undefined : { compare, ids }
    running.resolve({ compare, by, peerLatest, isTooMuch })
  }

  #send(running: Running, frame: Frame, isAnswered: boolean): void {
    if (isAnswered) running.stopWaiting = this.#options.patience.expect('Compared')
    running.unread += 1
    this.#options
      .send(frame)
      .taken.then(() => {
        running.unread -= 1
      })
      .catch(this.#options.onError)
  }
}
