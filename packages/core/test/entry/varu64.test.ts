import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { seeds } from '../../../../.config/testing/seeds.js'
import { bytesToHex, hexToBytes } from '../../src/bytes/hex.js'
import { decodeVaru64, encodeVaru64, MAX_U64, varu64Length, writeVaru64 } from '../../src/entry/varu64.js'
import { rakkoErrorOf } from '../rakko-error-of.js'
import { readVectors } from '../vector-file.js'

interface Vectors {
  readonly vectors: readonly { readonly value: string; readonly hex: string }[]
  readonly invalid: readonly { readonly hex: string; readonly why: string }[]
}

const { vectors, invalid } = readVectors<Vectors>('varu64.json')

/** What each invalid case is told, in the order of the file. */
const REFUSALS: Readonly<Record<string, { expected: string; got: string }>> = {
  '': { expected: 'at least 1 byte', got: 'no byte' },
  f8: { expected: '1 bytes after the first', got: '0 bytes' },
  f901: { expected: '2 bytes after the first', got: '1 bytes' },
  f800: { expected: 'the shortest form', got: '0 in 2 bytes' },
  f8f7: { expected: 'the shortest form', got: '247 in 2 bytes' },
  f900ff: { expected: 'the shortest form', got: '255 in 3 bytes' },
  ff00ffffffffffffff: { expected: 'the shortest form', got: '72057594037927935 in 9 bytes' },
}

describe('varu64', () => {
  it.each(vectors)('$value is $hex', ({ value, hex }) => {
    expect(bytesToHex(encodeVaru64(BigInt(value)))).toBe(hex)
    expect(decodeVaru64(hexToBytes(hex))).toEqual({ value: BigInt(value), end: hex.length / 2 })
    expect(varu64Length(BigInt(value))).toBe(hex.length / 2)
  })

  it.each(invalid)('$hex is refused: $why', ({ hex }) => {
    const { code, details } = rakkoErrorOf(() => decodeVaru64(hexToBytes(hex)))
    expect(code).toBe('INVALID_VARU64')
    expect(details).toEqual({ field: 'varu64', offset: 0, ...REFUSALS[hex] })
  })

  it.each([[-1n], [MAX_U64 + 1n], [1], [undefined]])('does not encode %s', (value) => {
    expect(rakkoErrorOf(() => encodeVaru64(value as bigint)).code).toBe('INVALID_ARGUMENT')
  })

  it('is read and written within other bytes', () => {
    const bytes = new Uint8Array(5).fill(0xaa)
    expect(writeVaru64(256n, bytes, 1)).toBe(4)
    expect(bytesToHex(bytes)).toBe('aaf90100aa')
    expect(decodeVaru64(bytes, 1)).toEqual({ value: 256n, end: 4 })
  })

  it.each(seeds())('has one form for any u64, and that one reads back (seed %d)', (seed) => {
    const u64 = fc.oneof(fc.bigInt(0n, MAX_U64), fc.bigInt(0n, 70_000n))
    fc.assert(
      fc.property(u64, (value) => {
        const bytes = encodeVaru64(value)
        expect(decodeVaru64(bytes)).toEqual({ value, end: bytes.length })
      }),
      { seed, numRuns: 2000 },
    )
  })
})
