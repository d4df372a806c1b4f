import { expect, test } from 'vitest'
import { parseSeed } from './seed.js'

test('a seed is a whole number from 0 to 2^31−1, and anything else is refused by name', () => {
  expect(parseSeed('0')).toBe(0)
  expect(parseSeed('2147483647')).toBe(2_147_483_647)
  for (const text of ['-1', '2147483648', '1.5', '0x10', 'seed', ' ']) {
    expect(() => parseSeed(text)).toThrow(
      `RAKKO_SEED has to be a whole number from 0 to 2147483647, got ${JSON.stringify(text)}`,
    )
  }
})
