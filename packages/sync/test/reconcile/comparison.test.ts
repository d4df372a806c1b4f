import { bytesToHex } from '@rakko/core'
import { describe, expect, test } from 'vitest'
import { Random } from '../../../../.config/testing/random.js'
import { seeds } from '../../../../.config/testing/seeds.js'
import { Comparison, MIN_COMPARISON_BYTES } from '../../src/reconcile/comparison.js'
import { ascendingIds, idOf, randomIds, sorted, treeOf } from './id-sets.js'
import { compare, foundBy, hashesOf, type Run } from './run-comparison.js'

const MIB = 2 ** 20

/** The ids of the first that the second lacks, as hashes, ascending. */
function lackedBy(first: readonly Uint8Array[], second: readonly Uint8Array[]): string[] {
  const there = new Set(second.map(bytesToHex))
  return hashesOf(sorted(first).filter((id) => !there.has(bytesToHex(id))))
}

/** Compares, and returns what each side has found. */
function found(first: readonly Uint8Array[], second: readonly Uint8Array[], bytes: readonly [number, number]): Run {
  return compare({ ids: treeOf(first), maxFrameBytes: bytes[0] }, { ids: treeOf(second), maxFrameBytes: bytes[1] })
}

function expectDifferences(run: Run, first: readonly Uint8Array[], second: readonly Uint8Array[]): void {
  const differences = [lackedBy(first, second), lackedBy(second, first)]
  expect(run.sides.map(({ isTooMuch }) => isTooMuch)).toEqual([false, false])
  expect(run.sides.map(foundBy)).toEqual(differences)
}

describe('two sides that compare their ids', () => {
  test('find each difference of few ids', () => {
    const universe = [idOf(0), idOf(0, 1), idOf(128), new Uint8Array(32).fill(255)]
    for (const [first, second] of pairs(universe)) expectDifferences(found(first, second, [MIB, MIB]), first, second)
  })

  test('find each difference of few ids among those that they share, however small their frames', () => {
    const shared = randomIds(new Random(5), 60)
    const universe = [idOf(0), idOf(0, 0, 1), idOf(128), new Uint8Array(32).fill(255)]
    for (const [some, others] of pairs(universe)) {
      const [first, second] = [
        [...shared, ...some],
        [...shared, ...others],
      ]
      expectDifferences(found(first, second, [MIN_COMPARISON_BYTES, MIN_COMPARISON_BYTES]), first, second)
    }
  })

  test('part where both have much and list where one has little', () => {
    const [first, second] = [ascendingIds(new Random(6), 100), [idOf(3)]]
    const caller = new Comparison(treeOf(first), { maxFrameBytes: MIB })
    const called = new Comparison(treeOf(second), { maxFrameBytes: MIB })
    const parts = caller.start()
    expect(parts.map(({ kind }) => kind)).toEqual(Array(16).fill('fingerprint'))
    const lists = called.take(parts).ranges ?? []
    expect(lists.map(({ kind }) => kind)).toEqual(Array(16).fill('ids'))
    expect(caller.take(lists)).toEqual({
      ranges: [
        { kind: 'lacking', upper: lists[0]?.upper, bits: Uint8Array.of(0x80) },
        { kind: 'skip', upper: new Uint8Array() },
      ],
      isDone: true,
    })
  })

  describe('of which one has 100 000', () => {
    const ids = ascendingIds(new Random(8), 100_000)
    const all = { ids: treeOf(ids), maxFrameBytes: 2 * MIB }

    test('take 4 round trips and 50 KB at most for 10 differences', () => {
      const missing = Array.from({ length: 5 }, (_, index) => ids[19_999 * index + 7] ?? idOf())
      const added = randomIds(new Random(9), 5)
      const other = treeOf(ids.filter((id) => !missing.includes(id)))
      for (const id of added) other.add(id)
      const run = compare(all, { ids: other, maxFrameBytes: 2 * MIB })
      expect(run.sides.map(foundBy)).toEqual([hashesOf(missing), hashesOf(added)])
      expect(run.frames).toBeLessThanOrEqual(8)
      expect(run.bytes).toBeLessThanOrEqual(50_000)
    })

    test('send a few bytes where the other has nothing', () => {
      const none = { ids: treeOf([]), maxFrameBytes: 2 * MIB }
      const runs = [compare(all, none), compare(none, all)]
      expect(
        runs.map(({ sides, bytes }) => [bytes < 20_000, ...sides.map(({ theyLackIds }) => theyLackIds.size)]),
      ).toEqual([
        [true, 100_000, 0],
        [true, 0, 100_000],
      ])
    })
  })

  test('send each id once or less where all differ', () => {
    const [first, second] = [1, 2].map((seed) => ascendingIds(new Random(seed), 4_000)) as [Uint8Array[], Uint8Array[]]
    const run = found(first, second, [2 * MIB, 2 * MIB])
    expectDifferences(run, first, second)
    expect(run.bytes).toBeLessThan(32 * 4_000 * 1.5)
    const inSmallFrames = found(first, second, [32_768, 32_768])
    expectDifferences(inSmallFrames, first, second)
    expect(inSmallFrames.bytes).toBeLessThan(32 * 4_000 * 2)
  })

  test('give up together where one lacks too much', () => {
    const ids = ascendingIds(new Random(11), 5_000)
    const options = { maxFrameBytes: MIB, maxDifferenceIds: 4_900 }
    const sides = [
      { ids: treeOf(ids), ...options },
      { ids: treeOf(ids.slice(0, 39)), ...options },
    ] as const
    for (const run of [compare(sides[0], sides[1]), compare(sides[1], sides[0])]) {
      expect(run.sides.map((side) => [side.isTooMuch, foundBy(side)])).toEqual([
        [true, []],
        [true, []],
      ])
    }
  })

  test('give up together where the frames are too small', () => {
    const [first, second] = [1, 2].map((seed) => ascendingIds(new Random(seed), 6_000)) as [Uint8Array[], Uint8Array[]]
    const run = found(first, second, [MIN_COMPARISON_BYTES, MIN_COMPARISON_BYTES])
    expect([run.frames, run.sides.map(({ isTooMuch }) => isTooMuch)]).toEqual([65, [true, true]])
  })
})

test.each(seeds())('two sides find exactly what differs, whatever they have and send at once (seed %d)', (seed) => {
  const random = new Random(seed)
  for (let round = 0; round < 30; round += 1) {
    const shared = randomIds(random, random.pick([0, 10, 100, 2_000]))
    const [first, second] = [0, 1].map(() => [...shared, ...randomIds(random, random.pick([0, 1, 20, 400]))]) as [
      Uint8Array[],
      Uint8Array[],
    ]
    const maxBytes = () => MIN_COMPARISON_BYTES + random.integer(random.pick([1, 4_096, MIB]))
    expectDifferences(found(first, second, [maxBytes(), maxBytes()]), first, second)
  }
})

test.each(seeds())('what was there when two sides began is found, whatever comes meanwhile (seed %d)', (seed) => {
  const random = new Random(seed)
  for (let round = 0; round < 10; round += 1) {
    const shared = randomIds(random, 1_000)
    const sides = [0, 1].map(() => {
      const before = [...shared, ...randomIds(random, random.integer(200))]
      const ids = treeOf(before)
      const after = [...before]
      const meanwhile = () => {
        for (const id of randomIds(random, random.integer(30))) {
          ids.add(id)
          after.push(id)
        }
      }
      return { before, after, ids, meanwhile, maxFrameBytes: MIN_COMPARISON_BYTES + random.integer(20_000) }
    })
    const [first, second] = sides as [(typeof sides)[0], (typeof sides)[0]]
    const run = compare(first, second)
    for (const [side, own, other] of [
      [run.sides[0], first, second],
      [run.sides[1], second, first],
    ] as const) {
      const told = new Set<string>(foundBy(side))
      const [least, most] = [lackedBy(own.before, other.after), new Set(lackedBy(own.after, other.before))]
      expect(least.filter((id) => !told.has(id))).toEqual([])
      expect([...told].filter((id) => !most.has(id))).toEqual([])
    }
  }
})

/** All pairs of subsets. */
function pairs(universe: readonly Uint8Array[]): [Uint8Array[], Uint8Array[]][] {
  const subsets = Array.from({ length: 2 ** universe.length }, (_, bits) =>
    universe.filter((_id, index) => (bits >> index) & 1),
  )
  return subsets.flatMap((first) => subsets.map((second): [Uint8Array[], Uint8Array[]] => [first, second]))
}
