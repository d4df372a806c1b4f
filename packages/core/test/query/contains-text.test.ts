import fc from 'fast-check'
import { expect, test } from 'vitest'
import { containsText } from '../../src/query/contains-text.js'

/** Of few characters, so that a long one is often within another, or nearly. */
const repeating = (maxLength: number) =>
  fc.string({ unit: fc.constantFrom('a', 'a', 'a', 'b', '\u{1f600}', '\0'), maxLength })

test('A text contains what its engine says, be that short or long', () => {
  const texts = fc.tuple(repeating(80), repeating(80), repeating(80))
  fc.assert(
    fc.property(texts, fc.integer({ min: 0, max: 120 }), ([before, part, after], repeats) => {
      const long = part.repeat(1 + Math.floor(repeats / 40))
      for (const text of [before + long + after, before + long.slice(1) + after, long.slice(0, -1) + after, after]) {
        expect(containsText(text, long)).toBe(text.includes(long))
      }
    }),
    { seed: 71, numRuns: 300 },
  )
})

test.each([31, 32, 33, 998])('what nearly repeats itself is found, %i characters long', (length) => {
  const part = `b${'a'.repeat(length - 1)}`
  expect(containsText('a'.repeat(5_000), part)).toBe(false)
  expect(containsText(`${'a'.repeat(500)}${part}`, part)).toBe(true)
  expect(containsText(part.slice(1), part)).toBe(false)
  expect(containsText(part, part)).toBe(true)
})
