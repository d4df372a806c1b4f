import { expect, test } from 'vitest'
import { drawSeeds, seedsFrom } from '../seeds.mjs'

test('a seed is a whole number from 0 to 2^31−1, and anything else is refused by name', () => {
  expect(seedsFrom({ SEED: '0' })).toEqual([0])
  expect(seedsFrom({ SEED: '2147483647,7' })).toEqual([2_147_483_647, 7])
  for (const SEED of ['-1', '2147483648', '1.5', '0x10', 'seed', ' ', '1,', ',', '1, 2']) {
    expect(() => seedsFrom({ SEED }), SEED).toThrow(
      'SEED has to be a whole number from 0 to 2147483647, or several with commas between them, ' +
        `got ${JSON.stringify(SEED)}.`,
    )
  }
})

test('without SEED a run is given none: it has the fixed ones', () => {
  expect([seedsFrom({}), seedsFrom({ SEED: '' })]).toEqual([null, null])
})

test('seeds that are drawn differ from each other, and each can be given again', () => {
  const drawn = drawSeeds(20)
  expect(new Set(drawn).size).toBeGreaterThan(15)
  expect(seedsFrom({ SEED: drawn.join() })).toEqual(drawn)
})
