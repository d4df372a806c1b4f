import { describe, expect, test } from 'vitest'
import { Random } from '../../../../.config/testing/random.js'
import { seeds } from '../../../../.config/testing/seeds.js'
import { Comparison, MAX_COMPARISON_FRAMES, MIN_COMPARISON_BYTES } from '../../src/reconcile/comparison.js'
import type { ComparedRange } from '../../src/reconcile/range.js'
import { encodeFrame } from '../../src/wire/encode-frame.js'
import { ascendingIds, randomIds, sorted, treeOf } from './id-sets.js'
import { foundBy, rangesOf } from './run-comparison.js'

const OPEN = new Uint8Array()
const LIE = new Uint8Array(16).fill(9)
const MIB = 2 ** 20

/** What a peer may send all the time. */
const KINDS: readonly (readonly ComparedRange['kind'][])[] = [
  ['fingerprint'],
  ['fingerprint', 'ids'],
  ['skip', 'lacking'],
  ['skip', 'fingerprint', 'ids', 'lacking'],
]

const own = ascendingIds(new Random(1), 3_000)
const tree = treeOf(own)

/** A side that holds 20 ids and has just told them, in one list. */
function afterList(): Comparison {
  const comparison = new Comparison(treeOf(own.slice(0, 20)), { maxFrameBytes: MIB })
  expect(comparison.start().map(({ kind }) => kind)).toEqual(['ids'])
  return comparison
}

describe('a peer breaks a rule of the comparison', () => {
  test.each<[string, ComparedRange[]]>([
    ['has fewer bits than there are ids', [{ kind: 'lacking', upper: OPEN, bits: Uint8Array.of(1, 1) }]],
    ['has more bits than there are ids', [{ kind: 'lacking', upper: OPEN, bits: Uint8Array.of(1, 1, 0, 0) }]],
    ['has a bit behind the last id', [{ kind: 'lacking', upper: OPEN, bits: Uint8Array.of(1, 1, 8) }]],
    [
      'replies to a list by another range',
      [
        { kind: 'lacking', upper: Uint8Array.of(7), bits: Uint8Array.of(1, 1, 0) },
        { kind: 'skip', upper: OPEN },
      ],
    ],
    [
      'replies to a list by the end of its range',
      [
        { kind: 'skip', upper: Uint8Array.of(7) },
        { kind: 'lacking', upper: OPEN, bits: Uint8Array.of(1, 1, 0) },
      ],
    ],
  ])('where it %s', (_, ranges) => {
    const comparison = afterList()
    expect(() => comparison.take(ranges)).toThrow(expect.objectContaining({ code: 'INVALID_FRAME' }))
  })

  test('where it replies to a list of an earlier frame', () => {
    const comparison = afterList()
    const low = { kind: 'fingerprint', upper: Uint8Array.of(1), count: 1, fingerprint: LIE } as const
    expect(comparison.take([low, { kind: 'skip', upper: OPEN }]).ranges?.map(({ kind }) => kind)).toEqual([
      'ids',
      'skip',
    ])
    expect(() => comparison.take([{ kind: 'lacking', upper: OPEN, bits: Uint8Array.of(1, 1, 0) }])).toThrow(
      /expected bits of a range that was listed, got those of one up to the end/,
    )
  })

  test('where it begins with nothing', () => {
    expect(() => new Comparison(tree, { maxFrameBytes: MIB }).take([])).toThrow(
      expect.objectContaining({ code: 'INVALID_FRAME' }),
    )
  })
})

test('a peer that parts for ever is given up after so many frames', () => {
  const comparison = new Comparison(tree, { maxFrameBytes: MIB })
  comparison.start()
  let [sent, step] = [1, comparison.take([{ kind: 'fingerprint', upper: OPEN, count: 1e15, fingerprint: LIE }])]
  while (!step.isDone) {
    sent += 1
    step = comparison.take([{ kind: 'fingerprint', upper: OPEN, count: 1e15, fingerprint: LIE }])
  }
  expect([2 * sent, step, comparison.isTooMuch, foundBy(comparison)]).toEqual([
    MAX_COMPARISON_FRAMES,
    { ranges: [], isDone: true },
    true,
    [],
  ])
})

test.each(seeds())('whatever a peer sends, a side replies within its bounds and comes to an end (seed %d)', (seed) => {
  const random = new Random(seed)
  for (let round = 0; round < 20; round += 1) {
    const ids = random.chance(0.5) ? own.slice(0, random.integer(200)) : own
    const maxFrameBytes = MIN_COMPARISON_BYTES + random.integer(random.pick([1, 20_000, MIB]))
    const comparison = new Comparison(ids === own ? tree : treeOf(ids), { maxFrameBytes })
    const kinds = random.pick(KINDS)
    let sent = random.chance(0.5) ? comparison.start() : []
    let frames = 0
    try {
      for (let isDone = false; !isDone; ) {
        const step = comparison.take(throughTheWire(hostileRanges(random, kinds, sent, ids)))
        frames += 1
        isDone = step.isDone
        sent = throughTheWire(step.ranges ?? [], maxFrameBytes)
      }
    } catch (error) {
      expect(error).toMatchObject({ code: 'INVALID_FRAME' })
    }
    expect(frames).toBeLessThanOrEqual(MAX_COMPARISON_FRAMES / 2)
    const there = new Set(treeOf(ids).hashes())
    expect(foundBy(comparison).filter((id) => !there.has(id))).toEqual([])
  }
})

/** What keeps the rules of one frame and lies in all else, sometimes about the ranges that were just sent. */
function hostileRanges(
  random: Random,
  kinds: readonly ComparedRange['kind'][],
  sent: readonly ComparedRange[],
  ids: readonly Uint8Array[],
): ComparedRange[] {
  const isFollowing = sent.length > 0 && random.chance(0.7)
  const uppers = isFollowing
    ? sent.map(({ upper }) => upper)
    : [...sorted(randomIds(random, random.integer(30)).map((id) => trimmed(id.slice(0, 1 + random.integer(31))))), OPEN]
  const ranges: ComparedRange[] = []
  let lower: Uint8Array = OPEN
  for (const [index, upper] of uppers.entries()) {
    if (index < uppers.length - 1 && upper.length === 0) continue
    ranges.push(hostileRange(random, random.pick(kinds), lower, upper, sent[index], ids))
    lower = upper
  }
  return joined(ranges)
}

function hostileRange(
  random: Random,
  kind: ComparedRange['kind'],
  lower: Uint8Array,
  upper: Uint8Array,
  sent: ComparedRange | undefined,
  ids: readonly Uint8Array[],
): ComparedRange {
  if (kind === 'skip') return { kind, upper }
  if (kind === 'fingerprint') {
    const count = random.pick([0, 1, 32, 33, 3_000, 2 ** 40, Number.MAX_SAFE_INTEGER])
    return { kind, upper, count, fingerprint: random.bytes(16) }
  }
  if (kind === 'lacking') {
    if (sent?.kind !== 'ids' || sent.ids.length === 0) return { kind: 'skip', upper }
    const spare = random.chance(0.05) ? 1 : 0
    return { kind, upper, bits: new Uint8Array(Math.ceil(sent.ids.length / 256) + spare).fill(0x80) }
  }
  const tree = treeOf([...(ids.length > 0 ? random.some(ids, 20) : []), ...randomIds(random, random.integer(5))])
  return { kind, upper, ids: tree.list(tree.rank(lower), upper.length === 0 ? tree.size : tree.rank(upper)) }
}

function trimmed(bytes: Uint8Array): Uint8Array {
  let end = bytes.length
  while (end > 0 && bytes[end - 1] === 0) end -= 1
  return bytes.subarray(0, end)
}

function joined(ranges: readonly ComparedRange[]): ComparedRange[] {
  return ranges.filter((range, index) => !(range.kind === 'skip' && ranges[index + 1]?.kind === 'skip'))
}

/** What the other side reads of it. Throws where a frame is larger than it may be. */
function throughTheWire(ranges: readonly ComparedRange[], maxBytes = MIB): readonly ComparedRange[] {
  const frame = encodeFrame({ type: 'compared', compare: 1, latest: { number: 0 }, ranges })
  if (frame.length > maxBytes) throw new Error(`a frame of ${frame.length} bytes`)
  return rangesOf(frame)
}
