import { hash } from '@rakko/core'
import type { FuzzedDecoder } from '../../../../.config/testing/fuzz.js'
import { type ComparedRange, decodeFrame, encodeFrame, IdTree } from '../../src/index.js'
import { Comparison } from '../../src/reconcile/comparison.js'
import { MAX_FRAME_BYTES } from '../../src/wire/limits.js'

/** Own ids, and those of the other side. Most are the same. */
const [OWN, OTHERS] = [idsOf(0, 400), idsOf(20, 440)]

function idsOf(from: number, to: number): Uint8Array[] {
  return Array.from({ length: to - from }, (_, index) => {
    const id = hash(Uint8Array.of((from + index) >> 8, (from + index) & 255))
    return Uint8Array.from({ length: 32 }, (_, at) => Number.parseInt(id.slice(4 + 2 * at, 6 + 2 * at), 16))
  })
}

function treeOf(ids: readonly Uint8Array[]): IdTree {
  const tree = new IdTree()
  for (const id of ids) tree.add(id)
  return tree
}

function comparisonOf(tree: IdTree): Comparison {
  return new Comparison(tree, { maxFrameBytes: MAX_FRAME_BYTES })
}

const own = treeOf(OWN)

/** What a stranger's ranges do to a comparison: it is at its first frame, or at its second. */
export const COMPARISONS: FuzzedDecoder = {
  name: 'ranges of a comparison',
  codes: ['INVALID_FRAME'],
  bases() {
    const [one, other] = [comparisonOf(own), comparisonOf(treeOf(OTHERS))]
    const frames: Uint8Array[] = []
    let ranges: readonly ComparedRange[] | undefined = one.start()
    for (let turn = 0; ranges !== undefined; turn += 1) {
      frames.push(compared(ranges))
      ranges = (turn % 2 === 0 ? other : one).take(ranges).ranges
    }
    return frames
  },
  decode(bytes, random) {
    const frame = decodeFrame(bytes)
    if (frame.type !== 'compared') return frame.type
    const comparison = comparisonOf(own)
    if (random.chance(0.5)) comparison.start()
    const { ranges, isDone } = comparison.take(frame.ranges)
    if (comparison.theyLackIds.size > OWN.length) throw new Error('the peer lacks more than there is')
    // What is replied can be sent.
    if (ranges !== undefined) decodeFrame(compared(ranges))
    return `${isDone} ${[...new Set(ranges?.map(({ kind }) => kind))].sort().join()}`
  },
}

function compared(ranges: readonly ComparedRange[]): Uint8Array {
  return encodeFrame({ type: 'compared', compare: 1, latest: { number: 0 }, ranges })
}
