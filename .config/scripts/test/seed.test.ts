import { expect, test } from 'vitest'
import { chooseSeed } from '../seed.mjs'

test('a seed is a whole number from 0 to 2^31−1, and anything else is refused by name', () => {
  expect(chooseSeed({ SEED: '0' })).toBe(0)
  expect(chooseSeed({ SEED: '2147483647' })).toBe(2_147_483_647)
  for (const SEED of ['-1', '2147483648', '1.5', '0x10', 'seed', ' ']) {
    expect(() => chooseSeed({ SEED })).toThrow(
      `SEED has to be a whole number from 0 to 2147483647, got ${JSON.stringify(SEED)}.`,
    )
  }
})

test('without SEED every run draws another one', () => {
  const seeds = new Set(Array.from({ length: 20 }, () => chooseSeed({ SEED: '' })))
  expect(seeds.size).toBeGreaterThan(15)
})
