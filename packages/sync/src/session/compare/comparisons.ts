import { Comparison } from '../../reconcile/comparison.js'
import type { IdTree } from '../../reconcile/id-tree.js'
import type { ComparedRange } from '../../reconcile/range.js'
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
import { outOfPlace, SessionEnd } from '../session-end.js'
import type { ByHeads, CompareHeads, HeadsPage } from './by-heads.js'

export interface ComparisonsOptions {
  readonly replica: Replica
  readonly send: Send
  readonly patience: Patience
  /** Whether this node's database id is the lower one: then its comparisons have odd numbers, else even ones. */
  readonly isLower: boolean
  /** How own comparisons go: by ranges of ids where the peer can too, else by the heads of logs. */
  readonly by: 'ranges' | 'heads'
  readonly compareHeads: CompareHeads
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

/** How a comparison goes, once the own ids are there. */
type Opened = { readonly latest: ArrivalMark } & (
  | { readonly by: 'ranges'; readonly comparison: Comparison }
  | { readonly by: 'heads'; readonly comparison: ByHeads; readonly isOwn: boolean }
)

interface Running {
  readonly compare: number
  readonly outcome: Promise<Outcome>
  readonly resolve: (outcome: Outcome) => void
  readonly reject: (error: SessionEnd) => void
  opened?: Opened | undefined
  /** The peer's frame is being looked at: it is not its turn. */
  isBusy: boolean
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
    const asking = this.#options.by === 'ranges' ? this.#ask(running, scope) : this.#askHeads(running, scope)
    asking.catch(this.#options.onError)
    return running.outcome
  }

  /** Joins one that the peer has begun. The outcome rejects once the session has ended. */
  join(frame: CompareFrame | CompareHeadsFrame): Promise<Outcome> {
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
    const starting = frame.type === 'compare' ? this.#start(running, frame) : this.#startHeads(running, frame)
    starting.catch(this.#options.onError)
    return running.outcome
  }

  take({ compare, latest, ranges }: ComparedFrame): void {
    this.#reply(this.#underWay(compare), ranges, latest)
  }

  /** The same where it is compared by heads. */
  takeHeads(frame: ComparedHeadsFrame): void {
    const running = this.#underWay(frame.compare)
    this.#replyHeads(running, frame, frame.latest).catch(this.#options.onError)
  }

  /** Own ids that the peer lacks by a comparison that is over; undefined for number 0. They are given once. */
  takeDifference(compare: number): Promise<IdTree> | undefined {
    if (compare === 0) return undefined
    const { running } = this.#peers
    // The peer knows that it is over as soon as it has sent its last heads.
    const isEnding = running?.compare === compare && running.isBusy && isEndingByHeads(running)
    if (!isEnding) return Promise.resolve(this.#given(compare))
    return running.outcome.then(() => this.#given(compare))
  }

  #given(compare: number): IdTree {
    const side = [this.#own, this.#peers].find(({ difference }) => difference?.compare === compare)
    if (side?.difference === undefined) throw outOfPlace(`Comparison ${compare} has no difference to give`)
    const { ids } = side.difference
    side.difference = undefined
    return ids
  }

  #underWay(compare: number): Running {
    const running = [this.#own, this.#peers].find((side) => side.running?.compare === compare)?.running
    if (running?.opened === undefined || running.isBusy) throw outOfPlace(`Comparison ${compare} is not under way`)
    return running
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
    const running: Running = {
      compare,
      outcome,
      resolve,
      reject,
      isBusy: false,
      unread: 0,
      stopWaiting: () => undefined,
    }
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
    if (this.#end !== undefined) return
    const { comparison, latest } = await this.#read(scope)
    if (this.#end !== undefined) return
    // From here on the peer may reply, but not before it was asked.
    const ranges = comparison.start()
    running.opened = { by: 'ranges', comparison, latest }
    await this.#begun(running, { type: 'compare', compare: running.compare, latest, scope, ranges })
  }

  async #start(running: Running, { scope, ranges, latest }: CompareFrame): Promise<void> {
    running.opened = { by: 'ranges', ...(await this.#read(scope)) }
    if (this.#end === undefined) this.#reply(running, ranges, latest)
  }

  async #askHeads(running: Running, scope: Scope | undefined): Promise<void> {
    if (this.#end !== undefined) return
    const { replica, compareHeads } = this.#options
    const latest = await replica.latest()
    const comparison = compareHeads(replica, scope)
    const { upTo, heads } = await comparison.start()
    if (this.#end !== undefined) return
    running.opened = { by: 'heads', comparison, latest, isOwn: true }
    await this.#begun(running, { type: 'compare-heads', compare: running.compare, latest, scope, upTo, heads })
  }

  async #startHeads(running: Running, frame: CompareHeadsFrame): Promise<void> {
    const { replica, compareHeads } = this.#options
    const comparison = compareHeads(replica, frame.scope)
    running.opened = { by: 'heads', comparison, latest: await replica.latest(), isOwn: false }
    if (this.#end === undefined) await this.#replyHeads(running, frame, frame.latest)
  }

  async #begun(running: Running, frame: Frame): Promise<void> {
    running.stopWaiting = this.#options.patience.expect('Compared')
    await this.#options.send(frame).taken
  }

  /** Replies at once: what the peer sends next may already build on that. */
  #reply(running: Running, got: readonly ComparedRange[], peerLatest: ArrivalMark): void {
    const { compare, opened } = running
    if (opened?.by !== 'ranges') throw outOfPlace(`Comparison ${compare} does not go by ranges`)
    this.#checkTurn(running)
    const { ranges, isDone } = opened.comparison.take(got)
    if (isDone) this.#finish(running, opened.comparison, peerLatest)
    else running.stopWaiting = this.#options.patience.expect('Compared')
    if (ranges !== undefined) this.#send(running, { type: 'compared', compare, latest: opened.latest, ranges })
  }

  async #replyHeads(running: Running, got: HeadsPage, peerLatest: ArrivalMark): Promise<void> {
    const { compare, opened } = running
    if (opened?.by !== 'heads') throw outOfPlace(`Comparison ${compare} does not go by heads`)
    this.#checkTurn(running)
    running.isBusy = true
    const { comparison, isOwn, latest } = opened
    const { page, isDone } = await (isOwn ? comparison.takeReply(got) : comparison.reply(got))
    running.isBusy = false
    if (this.#end !== undefined) return
    if (isDone) this.#finish(running, comparison, peerLatest)
    else running.stopWaiting = this.#options.patience.expect('Compared')
    if (page === undefined) return
    const { upTo, heads, whole = [], isTooMuch = false } = page
    this.#send(running, { type: 'compared-heads', compare, latest, isTooMuch, upTo, whole, heads })
  }

  #checkTurn(running: Running): void {
    if (running.unread >= MAX_UNREAD_REPLIES)
      throw outOfPlace('Compared came before the peer had read what it replies to')
    running.stopWaiting()
  }

  #finish(running: Running, comparison: Comparison | ByHeads, peerLatest: ArrivalMark): void {
    const { compare } = running
    const side = this.#own.running === running ? this.#own : this.#peers
    const { isTooMuch } = comparison
    side.running = undefined
    side.difference = isTooMuch ? undefined : { compare, ids: comparison.theyLackIds }
    running.resolve({ compare, peerLatest, isTooMuch })
  }

  #send(running: Running, frame: ComparedFrame | ComparedHeadsFrame): void {
    running.unread += 1
    this.#options
      .send(frame)
      .taken.then(() => {
        running.unread -= 1
      })
      .catch(this.#options.onError)
  }
}

function isEndingByHeads({ opened }: Running): boolean {
  return opened?.by === 'heads' && opened.comparison.isLast
}
