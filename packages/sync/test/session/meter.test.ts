import { expect, test } from 'vitest'
import { Meter } from '../../src/session/pull/meter.js'

const HOUR_MS = 3_600_000

test.each([0, 1, HOUR_MS])('a peer without a quota gives any number, and again after %d ms', (passed) => {
  let now = 0
  const meter = new Meter({ bytes: Infinity, entries: Infinity }, () => now)
  expect(meter.spend(1e12, 1e9)).toBe(true)
  now += passed
  expect(meter.spend(1e12, 1e9)).toBe(true)
})

test('a peer gives an hour’s share at once, and what it has used comes back evenly', () => {
  let now = 0
  const meter = new Meter({ bytes: 1_000, entries: 10 }, () => now)
  expect([meter.spend(600, 5), meter.spend(400, 5), meter.spend(1, 0), meter.spend(0, 1)]).toEqual([
    true,
    true,
    false,
    false,
  ])
  now += HOUR_MS / 2
  expect([meter.spend(501, 5), meter.spend(500, 6), meter.spend(500, 5)]).toEqual([false, false, true])
})
