import { bytesToHex, compareBytes, type Hash, joinBytes } from '@rakko/core'
import { describe, expect, test } from 'vitest'
import { Random } from '../../../../.config/testing/random.js'
import { seeds } from '../../../../.config/testing/seeds.js'
import { fingerprintOf, numberOfId } from '../../../store/src/sync/id-fingerprint.js'
import { IdTree } from '../../src/reconcile/id-tree.js'
import { ascendingIds, idOf, idsOf, randomIds, shuffled, sorted, treeOf } from './id-sets.js'

/** Enough for three levels. */
const MANY = 6_000

describe('an ordered set of ids', () => {
  test('is empty at first', () => {
    const tree = new IdTree()
    expect([tree.size, tree.rank(idOf(1)), tree.list(0, 0)]).toEqual([0, 0, new Uint8Array()])
    expect(bytesToHex(tree.fingerprint(0, 0))).toBe(fingerprintOf(0n, 0))
  })

  test('has an id once', () => {
    const tree = new IdTree()
    expect([tree.add(idOf(7)), tree.add(idOf(7)), tree.size]).toEqual([true, false, 1])
    tree.clear()
    expect([tree.size, tree.add(idOf(7))]).toEqual([0, true])
  })

  test('parts neighbours by the shortest prefix', () => {
    const tree = treeOf([idOf(1, 2, 3), idOf(1, 2, 9), idOf(1, 2, 9, 0, 0, 1), idOf(4, 4)])
    expect([1, 2, 3].map((rank) => [...tree.boundAt(rank)])).toEqual([[1, 2, 9], [1, 2, 9, 0, 0, 1], [4]])
  })

  test('gives ids as the hashes that they are', () => {
    expect([...treeOf([idOf(2), idOf(1)]).hashes()]).toEqual([`002001${'00'.repeat(31)}`, `002002${'00'.repeat(31)}`])
  })

  test('adds up modulo 2^256', () => {
    const tree = treeOf([new Uint8Array(32).fill(255), idOf(255), new Uint8Array(32).fill(255, 1)])
    expectSame(tree, sorted(idsOf(tree.list(0, 3))), [[0, 3]])
  })

  test.each([
    ['ascending', (ids: Uint8Array[]) => ids],
    ['descending', (ids: Uint8Array[]) => ids.toReversed()],
    ['in any order', (ids: Uint8Array[]) => shuffled(ids, new Random(4))],
  ])('is the same, whether ids come %s', (_, order) => {
    const ids = ascendingIds(new Random(3), MANY)
    const tree = treeOf(order(ids))
    expectSame(tree, ids, [
      [0, MANY],
      [1, MANY - 1],
      [127, 129],
      [2_000, 2_000],
    ])
  })
})

test.each(seeds())('a tree of ids is what a sorted array is, whatever is added (seed %d)', (seed) => {
  const random = new Random(seed)
  const tree = new IdTree()
  let naive: Uint8Array[] = []
  for (let round = 0; round < 6; round += 1) {
    const added = randomIds(random, random.integer(round === 3 ? 4_000 : 400))
    for (const id of added) tree.add(id)
    naive = sorted([...naive, ...added])
    const ranks = () => random.integer(naive.length + 1)
    expectSame(
      tree,
      naive,
      Array.from({ length: 10 }, () => [ranks(), ranks()].sort((a, b) => a - b) as [number, number]),
    )
    for (const bound of randomIds(random, 20)) {
      const prefix = bound.slice(0, random.integer(32))
      expect(tree.rank(prefix)).toBe(naive.filter((id) => compareBytes(id, padded(prefix)) < 0).length)
    }
  }
})

/** Size, all ids, and the fingerprints of ranges, as the store computes them. */
function expectSame(tree: IdTree, ids: readonly Uint8Array[], ranges: readonly (readonly [number, number])[]): void {
  expect(tree.size).toBe(ids.length)
  expect(compareBytes(tree.list(0, tree.size), joinBytes(ids))).toBe(0)
  for (const [from, to] of ranges) {
    const part = ids.slice(from, to)
    const sum = part.reduce((total, id) => total + numberOfId(`0020${bytesToHex(id)}` as Hash), 0n)
    expect(bytesToHex(tree.fingerprint(from, to))).toBe(fingerprintOf(sum, part.length))
    expect(compareBytes(tree.list(from, to), joinBytes(part))).toBe(0)
  }
}

function padded(prefix: Uint8Array): Uint8Array {
  return idOf(...prefix)
}
