import type { Hash, SchemaId } from '@rakko/core'
import type { Arrivals } from '@rakko/sync'
import { expect, test } from 'vitest'
import { KEPT_BYTES, SharedReads } from '../../src/sync/shared-reads.js'

const arrivals = (number: number, count: number): Arrivals => ({
  items: Array.from({ length: count }, (_, index) => ({ id: `${number}-${index}` as Hash, entry: new Uint8Array(10) })),
  upTo: { number: number + count },
  latest: number + count,
})

/** Reads that end when they are told to. */
function readsOf(counts: readonly number[]) {
  const asked: number[] = []
  const ends: (() => void)[] = []
  const reads = new SharedReads((number) => {
    asked.push(number)
    const count = counts[asked.length - 1] ?? 0
    return new Promise((resolve) => ends.push(() => resolve(arrivals(number, count))))
  })
  const endAll = (): void => {
    for (const end of ends.splice(0)) end()
  }
  return { reads, asked, endAll }
}

test('what many ask for at the same time is read once', async () => {
  const { reads, asked, endAll } = readsOf([3])
  const all = Array.from({ length: 500 }, () => reads.arrivalsAfter(7, undefined, 100))
  endAll()
  expect(new Set(await Promise.all(all)).size).toBe(1)
  expect(asked).toEqual([7])
})

test('other numbers, scopes and sizes are read for themselves', async () => {
  const { reads, asked, endAll } = readsOf([1, 1, 1])
  const all = [
    reads.arrivalsAfter(7, undefined, 100),
    reads.arrivalsAfter(8, undefined, 100),
    reads.arrivalsAfter(7, { withoutPieces: true }, 100),
  ]
  endAll()
  await Promise.all(all)
  expect(asked).toEqual([7, 8, 7])
})

test('who asks after a commit is not given what was being read before it', async () => {
  const { reads, asked, endAll } = readsOf([0, 1])
  const before = reads.arrivalsAfter(7, undefined, 100)
  reads.arrived(8)
  const after = reads.arrivalsAfter(7, undefined, 100)
  endAll()
  expect([(await before).items.length, (await after).items.length]).toEqual([0, 1])
  expect(asked).toEqual([7, 7])
})

test('who asks a little later is given what was read, and told how far there is more', async () => {
  const { reads, asked, endAll } = readsOf([2])
  const first = reads.arrivalsAfter(7, undefined, 100)
  endAll()
  await first
  reads.arrived(20)
  expect(await reads.arrivalsAfter(7, undefined, 100)).toEqual({ ...arrivals(7, 2), latest: 20 })
  expect(asked).toEqual([7])
})

test('that there is nothing is not kept, nor what was forgotten', async () => {
  const { reads, asked, endAll } = readsOf([0, 2, 2])
  for (const _ of [1, 2, 3]) {
    const read = reads.arrivalsAfter(7, undefined, 100)
    endAll()
    await read
    if (asked.length === 2) reads.clear()
  }
  expect(asked).toEqual([7, 7, 7])
})

test('what is kept is bounded by the memory that it takes, however small the entries are', async () => {
  const count = 500
  const { reads, asked, endAll } = readsOf(Array.from({ length: count }, () => 20))
  for (let number = 0; number < count; number += 1) {
    const read = reads.arrivalsAfter(20 * number, undefined, 100)
    endAll()
    await read
  }
  asked.length = 0
  for (let number = count - 1; asked.length === 0; number -= 1) {
    void reads.arrivalsAfter(20 * number, undefined, 100)
  }
  // An entry takes more than half a kilobyte, of which its own bytes are ten here.
  const kept = 20 * (count - 1) - (asked[0] as number)
  expect(kept).toBeGreaterThan(1_000)
  expect(kept).toBeLessThan(KEPT_BYTES / 512)
})

test('a scope is written out once for a pull, however large it is, and equal ones share a read', async () => {
  const { reads, asked, endAll } = readsOf([1, 1])
  let writings = 0
  const schemas = ['blob_v1', 'blob_piece_v1'] as SchemaId[]
  const scope = {
    get schemas() {
      writings += 1
      return schemas
    },
  }
  for (const number of [7, 8]) {
    const all = [scope, scope, { schemas: [...schemas].reverse() }].map((one) => reads.arrivalsAfter(number, one, 100))
    endAll()
    await Promise.all(all)
  }
  expect({ asked, writings }).toEqual({ asked: [7, 8], writings: 1 })
})
