import { bytesToHex, type Hash } from '@rakko/core'
import { Comparison } from '../../src/reconcile/comparison.js'
import type { IdTree } from '../../src/reconcile/id-tree.js'
import type { ComparedRange } from '../../src/reconcile/range.js'
import { decodeFrame } from '../../src/wire/decode-frame.js'
import { encodeFrame } from '../../src/wire/encode-frame.js'

/** The numbers are as long as they can be. */
const COMPARE = Number.MAX_SAFE_INTEGER
const LATEST = { number: Number.MAX_SAFE_INTEGER, id: `0020${'ab'.repeat(32)}` as Hash }

export interface Side {
  readonly ids: IdTree
  readonly maxFrameBytes: number
  readonly maxDifferenceIds?: number
  /** What happens to the ids before each frame of the peer is taken. */
  readonly meanwhile?: () => void
}

export interface Run {
  /** That of the side that began, and that of the other. */
  readonly sides: readonly [Comparison, Comparison]
  readonly frames: number
  readonly bytes: number
}

/** Compares two sides. Throws where a frame is larger than it may be, or one side waits for the other for ever. */
export function compare(caller: Side, called: Side): Run {
  const sides = [caller, called].map((side) => new Comparison(side.ids, side))
  const [first, second] = sides as [Comparison, Comparison]
  let ranges: readonly ComparedRange[] | undefined = first.start()
  const done = [false, false]
  let [frames, bytes] = [0, 0]
  for (let turn = 0; ranges !== undefined; turn = 1 - turn) {
    const [sender, receiver] = turn === 0 ? [caller, called] : [called, caller]
    frames += 1
    const frame = encodeFrame({ type: 'compared', compare: COMPARE, latest: LATEST, ranges })
    if (frame.length > sender.maxFrameBytes) throw new Error(`a frame of ${frame.length} bytes`)
    bytes += frame.length
    receiver.meanwhile?.()
    const step = (sides[1 - turn] as Comparison).take(rangesOf(frame))
    done[1 - turn] = step.isDone
    // Who sends the last frame knows that it is.
    if (step.ranges === undefined) done[turn] = done[turn] || frames === 1
    ranges = step.ranges
  }
  if (done.includes(false) && frames > 1) throw new Error(`one side waits for ever: ${done}`)
  return { sides: [first, second], frames, bytes }
}

/** What the peer reads: whatever a side sends keeps the rules of a frame. */
export function rangesOf(bytes: Uint8Array): readonly ComparedRange[] {
  const frame = decodeFrame(bytes)
  if (frame.type !== 'compared') throw new Error(`a frame of type ${frame.type}`)
  return frame.ranges
}

/** Own ids that the peer lacks, as a side has found. */
export function foundBy({ theyLackIds }: Comparison): Hash[] {
  return [...theyLackIds.hashes()]
}

export function hashesOf(ids: readonly Uint8Array[]): Hash[] {
  return ids.map((id) => `0020${bytesToHex(id)}` as Hash).sort()
}
