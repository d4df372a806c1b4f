import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { seeds } from '../../../../.config/testing/seeds.js'
import { compareBytes } from '../../src/bytes/byte-array.js'
import { compareUtf8, decodeUtf8, encodeUtf8, utf8Length } from '../../src/bytes/utf8.js'
import { rakkoErrorOf } from '../rakko-error-of.js'

const text = fc.string({ unit: 'binary', maxLength: 80 })

describe('UTF-8', () => {
  it.each([
    ['lone high surrogate', 'ab\ud83d', 'a lone surrogate U+D83D at index 2'],
    ['lone low surrogate', '\udc00', 'a lone surrogate U+DC00 at index 0'],
    ['two high surrogates', '\ud83d\ud83d\ude00', 'a lone surrogate U+D83D at index 0'],
    ['surrogates the wrong way round', '\ude00\ud83d', 'a lone surrogate U+DE00 at index 0'],
  ])('refuses a %s', (_, input, got) => {
    const { code, details } = rakkoErrorOf(() => encodeUtf8(input, 'name'))
    expect(code).toBe('INVALID_ARGUMENT')
    expect(details).toEqual({ field: 'name', expected: 'well-formed Unicode text', got })
  })

  it.each([
    ['a byte order mark', '\ufefftext'],
    ['U+0000', 'a\u0000b'],
    ['a short text beyond ASCII', 'é'],
    ['a long text', 'ä'.repeat(100)],
    ['a character of four bytes', '𝄞'],
    ['nothing', ''],
  ])('keeps %s', (_, input) => {
    const bytes = encodeUtf8(input)
    expect(bytes).toEqual(new TextEncoder().encode(input))
    expect(decodeUtf8(bytes)).toBe(input)
  })

  it.each([
    ['an overlong form', [0xc0, 0x80]],
    ['a surrogate', [0xed, 0xa0, 0x80]],
    ['a cut character', [0x61, 0xc3]],
    ['a stray continuation', [0x80]],
    ['a code point above U+10FFFF', [0xf4, 0x90, 0x80, 0x80]],
  ])('has no text for %s', (_, bytes) => {
    expect(decodeUtf8(Uint8Array.from(bytes))).toBeUndefined()
    expect(decodeUtf8(Uint8Array.from([...new Array(40).fill(0x61), ...bytes]))).toBeUndefined()
  })

  it('reads a part of the bytes', () => {
    expect(decodeUtf8(Uint8Array.from([0xff, 0x61, 0x62, 0xff]), 1, 3)).toBe('ab')
  })

  it.each(seeds())('writes, measures and reads back any text (seed %d)', (seed) => {
    fc.assert(
      fc.property(text, (input) => {
        const bytes = encodeUtf8(input)
        expect(bytes).toEqual(new TextEncoder().encode(input))
        expect(utf8Length(input)).toBe(bytes.length)
        expect(decodeUtf8(bytes)).toBe(input)
      }),
      { seed, numRuns: 1000 },
    )
  })

  it.each(seeds())('orders texts as their bytes (seed %d)', (seed) => {
    fc.assert(
      fc.property(text, text, (a, b) => {
        expect(Math.sign(compareUtf8(a, b))).toBe(Math.sign(compareBytes(encodeUtf8(a), encodeUtf8(b))))
      }),
      { seed, numRuns: 1000 },
    )
  })

  it('puts characters beyond the basic plane last, unlike the order of code units', () => {
    expect(['𝄞', '\uffee', 'b', 'aa', 'a'].sort(compareUtf8)).toEqual(['a', 'aa', 'b', '\uffee', '𝄞'])
  })
})
