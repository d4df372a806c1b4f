import { expect, test } from 'vitest'
import { type FingerprintRange, MAX_FRAME_RANGES, rangeBytes } from '../../src/reconcile/range.js'
import { Reply } from '../../src/reconcile/reply.js'

const PARTS = 16

function whole(index: number): FingerprintRange {
  return {
    kind: 'fingerprint',
    upper: Uint8Array.of(1, index >> 8, index),
    count: 1_000,
    fingerprint: new Uint8Array(16),
  }
}

/** Parts what it can of so many ranges and leaves the others whole. Returns how many were parted, and how many left. */
function replyTo(count: number, maxBytes: number): { reply: Reply; parted: number; left: number } {
  const got = Array.from({ length: count }, (_, index) => whole(index))
  const reply = new Reply(count, maxBytes)
  let [parted, left] = [0, 0]
  for (const [index, range] of got.entries()) {
    if (reply.add(index, Array(PARTS).fill(range))) parted += 1
    else if (reply.add(index, [range])) left += 1
    // The rest becomes one.
    else break
  }
  return { reply, parted, left }
}

test('parts fill a frame to the last range, and those behind them stay whole', () => {
  const count = 4_000
  const { reply, parted, left } = replyTo(count, Number.MAX_SAFE_INTEGER)
  expect([parted, left]).toEqual([Math.floor((MAX_FRAME_RANGES - count) / (PARTS - 1)), count - parted])
  expect(reply.ranges.length).toBeLessThanOrEqual(MAX_FRAME_RANGES)
})

test('parts fill a frame to the last bytes, and those behind them stay whole', () => {
  const maxBytes = 20_000
  const { reply, parted, left } = replyTo(100, maxBytes)
  const bytes = reply.ranges.reduce((sum, range) => sum + rangeBytes(range), 0)
  expect(parted + left).toBe(100)
  expect(parted).toBeGreaterThan(0)
  expect(bytes).toBeLessThanOrEqual(maxBytes)
  expect(bytes).toBeGreaterThan(maxBytes - PARTS * rangeBytes(whole(1)))
})

test('the first range gets on, also where a frame has as many ranges as it may', () => {
  const { reply, parted } = replyTo(MAX_FRAME_RANGES, Number.MAX_SAFE_INTEGER)
  expect(parted).toBeGreaterThan(0)
  // The one that stands for the rest has a place.
  expect(reply.ranges.length).toBeLessThan(MAX_FRAME_RANGES)
})
