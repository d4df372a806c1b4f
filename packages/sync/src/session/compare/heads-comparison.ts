import { type Hash, hexToBytes } from '@rakko/core'
import { MAX_DIFFERENCE_IDS } from '../../reconcile/comparison.js'
import { IdTree } from '../../reconcile/id-tree.js'
import type { LogPart, ReplicaLogs } from '../../replica.js'
import type { ComparedHeadsFrame, CompareHeadsFrame, LogHead, LogName, Scope } from '../../wire/frame.js'
import { compareLogNames } from '../../wire/log-heads.js'
import { HEADS, MAX_HEADS_TURNS } from '../limits.js'
import { outOfPlace } from '../session-end.js'
import type { Found } from './way.js'

/** What a frame of a comparison by heads says, whichever of both sides sends it. */
export type HeadsPage = Pick<CompareHeadsFrame, 'upTo' | 'heads'> &
  Partial<Pick<ComparedHeadsFrame, 'whole' | 'isTooMuch'>>

/** What is sent next, if anything, and whether that is the end. */
export interface HeadsStep {
  readonly page?: HeadsPage
  readonly isDone: boolean
}

export interface HeadsLimits {
  /** Heads of one frame. */
  readonly page: number
  /** Own ids that the peer may be found to lack. */
  readonly difference: number
}

const LIMITS: HeadsLimits = { page: HEADS, difference: MAX_DIFFERENCE_IDS }

/** Logs that were compared: what the peer lacks of them, and which of them it has to give from the beginning. */
interface Judged {
  readonly theyLack: LogPart[]
  readonly whole: LogName[]
}

/**
 * One side of a comparison by the heads of logs: docs/wire.md, Comparing by heads. It holds one page of its own heads,
 * and the ids that the peer lacks. Each reply is asked for once the one before is there.
 */
export class HeadsComparison implements Found {
  readonly #replica: ReplicaLogs
  readonly #scope: Scope | undefined
  readonly #limits: HeadsLimits
  readonly #theyLack = new IdTree()
  /** The last log that was compared, and the last one of the part before. */
  #after: LogName | undefined
  #before: LogName | undefined
  /** Own heads that the peer was sent and has not replied to. */
  #sent: HeadsPage = { upTo: undefined, heads: [] }
  #turns = 0
  /** All logs were compared: what still comes says which of them are to be given from the beginning. */
  #isLast = false
  #isTooMuch = false

  constructor(replica: ReplicaLogs, scope: Scope | undefined, limits: HeadsLimits = LIMITS) {
    this.#replica = replica
    this.#scope = scope
    this.#limits = limits
  }

  /** Own ids that the peer lacks. */
  get theyLackIds(): IdTree {
    return this.#theyLack
  }

  /** Whether both are too different: then nothing is known, and both sides pull from the first arrival. */
  get isTooMuch(): boolean {
    return this.#isTooMuch
  }

  /** What the side that begins sends first. */
  async start(): Promise<HeadsPage> {
    this.#sent = await this.#nextPage()
    return this.#sent
  }

  /** What the side that has begun sends after a reply. */
  async takeReply(reply: HeadsPage): Promise<HeadsStep> {
    this.#count()
    if (reply.isTooMuch === true) return { isDone: this.#giveUp() }
    const { upTo } = reply
    if (!isWithin(upTo, this.#sent.upTo)) throw outOfPlace('A reply tells of heads that were not sent')
    this.#moveTo(upTo)
    const own = this.#sent.heads.filter((head) => isWithin(head, upTo))
    const whole = await this.#compare(own, reply)
    await this.#noteWhole(reply)
    if (this.#isBeyond) return { page: this.#tooMuch(), isDone: true }
    if (upTo === undefined) return { page: { upTo, heads: [], whole }, isDone: true }
    this.#sent = { ...(await this.#nextPage()), whole }
    return { page: this.#sent, isDone: false }
  }

  /** What the other side sends after a page of the side that has begun. */
  async reply(page: HeadsPage): Promise<HeadsStep> {
    this.#count()
    if (page.isTooMuch === true) return { isDone: this.#giveUp() }
    await this.#noteWhole(page)
    if (this.#isLast) {
      if (page.heads.length > 0 || page.upTo !== undefined) throw outOfPlace('Heads came after the last ones')
      return { isDone: true }
    }
    const own = await this.#nextPage()
    const upTo = isWithin(own.upTo, page.upTo) ? own.upTo : page.upTo
    this.#moveTo(upTo)
    const heads = own.heads.filter((head) => isWithin(head, upTo))
    const whole = await this.#compare(heads, { ...page, upTo })
    if (this.#isBeyond) return { page: this.#tooMuch(), isDone: true }
    this.#isLast = upTo === undefined
    return { page: { upTo, heads, whole }, isDone: false }
  }

  get #isBeyond(): boolean {
    return this.#theyLack.size > this.#limits.difference || this.#turns === MAX_HEADS_TURNS
  }

  /** The part up to there is compared now. Each part lies behind the one before: so no log is read for two parts. */
  #moveTo(upTo: LogName | undefined): void {
    if (isWithin(upTo, this.#after) && this.#after !== undefined) throw outOfPlace('Heads lead back')
    this.#before = this.#after
    this.#after = upTo
  }

  #count(): void {
    this.#turns += 1
    if (this.#turns > MAX_HEADS_TURNS) throw outOfPlace(`A comparison by heads has at most ${MAX_HEADS_TURNS} turns`)
  }

  #giveUp(): true {
    this.#isTooMuch = true
    this.#theyLack.clear()
    return true
  }

  #tooMuch(): HeadsPage {
    this.#giveUp()
    return { upTo: undefined, heads: [], whole: [], isTooMuch: true }
  }

  async #nextPage(): Promise<HeadsPage> {
    const { page } = this.#limits
    const heads = await this.#replica.heads(this.#scope, this.#after, page)
    const last = heads.length < page ? undefined : heads.at(-1)
    return { heads, upTo: last && { publicKey: last.publicKey, logId: last.logId } }
  }

  /** Notes what the peer lacks of the logs up to `upTo`. Returns those that it has to give from the beginning. */
  async #compare(own: readonly LogHead[], theirs: HeadsPage): Promise<readonly LogName[]> {
    const inRange = theirs.heads.filter((head) => isWithin(head, theirs.upTo))
    if (inRange.some((head) => !this.#isOfPart(head))) throw outOfPlace('Heads were compared before')
    const { theyLack, whole } = await this.#judge(own, inRange)
    await this.#note(theyLack)
    return whole
  }

  async #judge(own: readonly LogHead[], theirs: readonly LogHead[]): Promise<Judged> {
    const theirsOf = new Map(theirs.map((head) => [keyOf(head), head]))
    const judged: Judged = { theyLack: [], whole: [] }
    const higher: { readonly head: LogHead; readonly their: LogHead }[] = []
    for (const head of own) {
      const their = theirsOf.get(keyOf(head))
      if (their === undefined || head.isForked || their.isForked) judged.theyLack.push(fromTheBeginning(head))
      else if (head.id === their.id || head.seqNum < their.seqNum) continue
      else if (head.seqNum === their.seqNum) judged.theyLack.push(fromTheBeginning(head))
      else higher.push({ head, their })
    }
    const undecided = new Set(await this.#replica.undecided(higher.map(({ their }) => their.id)))
    for (const { head, their } of higher) {
      const { publicKey, logId } = head
      // A head that is not here though the log is higher: it is another branch, of which the peer cannot know.
      const isFork = undecided.has(their.id)
      judged.theyLack.push({ publicKey, logId, above: isFork ? 0n : their.seqNum })
      if (isFork) judged.whole.push({ publicKey, logId })
    }
    return judged
  }

  /** Notes all of the logs that the peer names as whole: each part names its own, once. */
  async #noteWhole({ whole = [] }: HeadsPage): Promise<void> {
    if (!whole.every((log) => this.#isOfPart(log))) throw outOfPlace('Logs are whole that were not compared just now')
    await this.#note(whole.map(fromTheBeginning))
  }

  /** Whether a log is of the part that was compared last. */
  #isOfPart(log: LogName): boolean {
    return isWithin(log, this.#after) && (this.#before === undefined || !isWithin(log, this.#before))
  }

  async #note(parts: readonly LogPart[]): Promise<void> {
    for await (const ids of this.#replica.logIds(parts)) {
      for (const id of ids) this.#theyLack.add(bytesOf(id))
      if (this.#isBeyond) return
    }
  }
}

function fromTheBeginning({ publicKey, logId }: LogName): LogPart {
  return { publicKey, logId, above: 0n }
}

function keyOf({ publicKey, logId }: LogName): string {
  return `${publicKey} ${logId}`
}

/** Whether a place is not behind another; undefined is the end. */
function isWithin(name: LogName | undefined, upTo: LogName | undefined): boolean {
  if (upTo === undefined) return true
  return name !== undefined && compareLogNames(name, upTo) <= 0
}

/** Without the `0020` that every hash begins with. */
function bytesOf(id: Hash): Uint8Array {
  return hexToBytes(id).subarray(2)
}
