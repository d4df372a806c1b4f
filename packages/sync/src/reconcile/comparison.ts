import { bytesToHex, equalBytes } from '@rakko/core'
import { invalidFrame } from '../invalid-frame.js'
import { IdTree } from './id-tree.js'
import { againstList, isBitsOf, markedIds } from './list-difference.js'
import {
  type ComparedRange,
  type FingerprintRange,
  ID_BYTES,
  type IdsRange,
  type LackingRange,
  RANGE_BYTES,
} from './range.js'
import { Reply } from './reply.js'

/** Where the first range begins, and the last one ends. */
const NO_BYTES: Uint8Array = new Uint8Array()
/** A range with so few ids is listed. */
const LISTED_IDS = 32
/** What a Compared has beside its ranges, at most: heads, two numbers and an id. */
const HEAD_BYTES = 64
/** Into so many a range is parted. */
const PARTS = 16
/** Frames of a comparison, those of both sides. */
export const MAX_COMPARISON_FRAMES = 64
/** Own ids that the peer may be found to lack, and those of the last frame. Beyond, it had better pull everything. */
export const MAX_DIFFERENCE_IDS = 262_144
/** Own ids that are looked at for one frame, one by one, so that others do not wait. */
export const MAX_FRAME_WORK_IDS = 65_536
/** Any range can be listed or parted in a frame of so many bytes, and so the comparison gets on. */
export const MIN_COMPARISON_BYTES = 4_096

export interface ComparisonOptions {
  /** The largest frame that the peer takes, in bytes; at least MIN_COMPARISON_BYTES, as both Hellos see to. */
  readonly maxFrameBytes: number
  /** Own ids that the peer may be found to lack: MAX_DIFFERENCE_IDS where it is left out. */
  readonly maxDifferenceIds?: number | undefined
}

export interface ComparisonStep {
  /** What has to be sent; absent where it is over and the peer knows. */
  readonly ranges?: readonly ComparedRange[]
  readonly isDone: boolean
}

/** A range of own ids that is being replied to; `from` and `to` are ranks. */
interface Own {
  readonly lower: Uint8Array
  readonly upper: Uint8Array
  readonly from: number
  readonly to: number
}

/** What replies to a range, and what is found out by that. */
interface Wanted {
  readonly ranges: readonly ComparedRange[]
  /** Own ids that the peer lacks, one after another. */
  readonly theyLack?: Uint8Array | undefined
}

/**
 * One side of a comparison of two sets of ids: docs/wire.md, Comparing, docs/reconciliation.md. It holds no range but
 * the lists that it has just sent, so the tree may get and lose ids between frames.
 */
export class Comparison {
  readonly #ids: IdTree
  readonly #maxBytes: number
  readonly #maxDifference: number
  /** Own ids that the peer lacks; none where it was too much. */
  readonly theyLackIds = new IdTree()
  /** Whether the sets were too different: then nothing is known, and both sides pull from the first arrival. */
  isTooMuch = false
  /** The lists of the last frame that was sent, by the hexadecimal text of their upper end. */
  readonly #lists = new Map<string, { readonly lower: Uint8Array; readonly ids: Uint8Array }>()
  #frames = 0
  #work = 0

  constructor(ids: IdTree, { maxFrameBytes, maxDifferenceIds = MAX_DIFFERENCE_IDS }: ComparisonOptions) {
    this.#ids = ids
    this.#maxBytes = maxFrameBytes
    this.#maxDifference = maxDifferenceIds
  }

  /** The first ranges, for the side that begins. */
  start(): readonly ComparedRange[] {
    this.#frames += 1
    const own = { lower: NO_BYTES, upper: NO_BYTES, from: 0, to: this.#ids.size }
    const ranges = own.to <= LISTED_IDS ? [this.#listOf(own)] : this.#partsOf(own)
    this.#keepLists(ranges)
    return ranges
  }

  /**
   * Takes the ranges of the peer's next frame, as `decodeFrame` has checked them. Throws INVALID_FRAME.
   * After that, and once it is done, the comparison is over: its caller gives it no more.
   */
  take(ranges: readonly ComparedRange[]): ComparisonStep {
    this.#frames += 1
    if (ranges.length === 0) {
      if (this.#frames === 1) throw invalidFrame('ranges', 'one at least to begin with', 'none')
      return { isDone: this.#giveUp() }
    }
    if (this.#frames > MAX_COMPARISON_FRAMES) {
      throw invalidFrame('ranges', `none after ${MAX_COMPARISON_FRAMES} frames`, `${ranges.length}`)
    }
    const reply = this.#replyTo(ranges)
    if (isLast(ranges)) return { isDone: true }
    this.#frames += 1
    if (this.theyLackIds.size > this.#maxDifference || this.#frames > MAX_COMPARISON_FRAMES) {
      return { ranges: [], isDone: this.#giveUp() }
    }
    this.#keepLists(reply)
    return { ranges: reply, isDone: isLast(reply) }
  }

  #giveUp(): true {
    this.isTooMuch = true
    this.theyLackIds.clear()
    return true
  }

  #replyTo(ranges: readonly ComparedRange[]): readonly ComparedRange[] {
    const reply = new Reply(ranges.length, this.#maxBytes - HEAD_BYTES)
    this.#work = 0
    let [lower, from] = [NO_BYTES, 0]
    for (const [index, range] of ranges.entries()) {
      const { upper } = range
      const to = upper.length === 0 ? this.#ids.size : this.#ids.rank(upper)
      const own = { lower, upper, from, to }
      if (!this.#replyToRange(index, range, own, reply)) {
        reply.addRest(this.#wholeOf({ ...own, upper: NO_BYTES, to: this.#ids.size }))
        break
      }
      ;[lower, from] = [upper, to]
    }
    return reply.ranges
  }

  /** Returns whether there was any room for it. */
  #replyToRange(index: number, range: ComparedRange, own: Own, reply: Reply): boolean {
    const wanted = this.#wantedFor(range, own)
    // Parts take time: they are not made in vain.
    if (wanted === 'parts' && reply.hasRoom(index, PARTS, PARTS * RANGE_BYTES)) {
      return reply.add(index, this.#partsOf(own))
    }
    if (typeof wanted === 'object' && reply.add(index, wanted.ranges)) {
      this.#note(wanted)
      return true
    }
    return reply.add(index, [this.#wholeOf(own)])
  }

  /** What the table in docs/wire.md says, unless that is too much work for this frame, or for any. */
  #wantedFor(range: ComparedRange, own: Own): Wanted | 'parts' | 'whole' {
    if (range.kind === 'fingerprint') return this.#wantedForFingerprint(range, own)
    if (range.kind === 'ids') return this.#wantedForIds(range, own)
    const { upper } = own
    const theyLack = range.kind === 'lacking' ? this.#lackingOf(range, own) : undefined
    return { ranges: [{ kind: 'skip', upper }], theyLack }
  }

  #wantedForFingerprint({ count, fingerprint }: FingerprintRange, own: Own): Wanted | 'parts' | 'whole' {
    const { upper, from, to } = own
    const skip = { kind: 'skip', upper } as const
    const ownCount = to - from
    if (count === ownCount && equalBytes(fingerprint, this.#ids.fingerprint(from, to))) return { ranges: [skip] }
    if (count === 0) {
      return this.#takesTime(ownCount) ?? { ranges: [skip], theyLack: this.#ids.list(from, to) }
    }
    if (ownCount <= LISTED_IDS) return { ranges: [this.#listOf(own)] }
    return count <= LISTED_IDS ? 'whole' : 'parts'
  }

  #wantedForIds({ ids }: IdsRange, { upper, from, to }: Own): Wanted | 'parts' | 'whole' {
    const isTooMuch = this.#takesTime(to - from)
    if (isTooMuch !== undefined) return isTooMuch
    const { lacking, bits, others } = againstList(this.#ids.list(from, to), ids)
    const reply = lacking === 0 ? ({ kind: 'skip', upper } as const) : ({ kind: 'lacking', upper, bits } as const)
    return { ranges: [reply], theyLack: others }
  }

  /** Those of a list that was sent which the peer lacks. */
  #lackingOf(range: LackingRange, { lower, upper }: Own): Uint8Array {
    const list = this.#lists.get(bytesToHex(upper))
    if (list === undefined || !equalBytes(list.lower, lower)) {
      throw invalidFrame(
        'ranges',
        'bits of a range that was listed',
        `those of one up to ${bytesToHex(upper) || 'the end'}`,
      )
    }
    if (!isBitsOf(range.bits, list.ids.length / ID_BYTES)) {
      throw invalidFrame('ranges', `one bit for each of ${list.ids.length / ID_BYTES} ids`, bytesToHex(range.bits))
    }
    return markedIds(list.ids, range.bits)
  }

  #note({ theyLack = NO_BYTES }: Wanted): void {
    for (let at = 0; at < theyLack.length; at += ID_BYTES) this.theyLackIds.add(theyLack.subarray(at, at + ID_BYTES))
  }

  /** Returns what has to be done instead, where looking at so many ids would take too long. */
  #takesTime(ids: number): 'parts' | 'whole' | undefined {
    if (ids > MAX_FRAME_WORK_IDS) return 'parts'
    if (this.#work + ids > MAX_FRAME_WORK_IDS) return 'whole'
    this.#work += ids
    return undefined
  }

  #keepLists(ranges: readonly ComparedRange[]): void {
    this.#lists.clear()
    let lower = NO_BYTES
    for (const range of ranges) {
      if (range.kind === 'ids') this.#lists.set(bytesToHex(range.upper), { lower, ids: range.ids })
      lower = range.upper
    }
  }

  #listOf({ upper, from, to }: Own): IdsRange {
    return { kind: 'ids', upper, ids: this.#ids.list(from, to) }
  }

  #wholeOf({ upper, from, to }: Own): FingerprintRange {
    return { kind: 'fingerprint', upper, count: to - from, fingerprint: this.#ids.fingerprint(from, to) }
  }

  #partsOf({ lower, upper, from, to }: Own): FingerprintRange[] {
    const rankOf = (part: number) => from + Math.floor((part * (to - from)) / PARTS)
    return Array.from({ length: PARTS }, (_, part) => {
      const next = rankOf(part + 1)
      const end = part === PARTS - 1 ? upper : this.#ids.boundAt(next)
      return this.#wholeOf({ lower, upper: end, from: rankOf(part), to: next })
    })
  }
}

/** Whether a frame is the last one of a comparison. */
function isLast(ranges: readonly ComparedRange[]): boolean {
  return ranges.every(({ kind }) => kind === 'skip' || kind === 'lacking')
}
