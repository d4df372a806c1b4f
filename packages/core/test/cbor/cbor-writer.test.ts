import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { seeds } from '../../../../.config/testing/seeds.js'
import { bytesToHex } from '../../src/bytes/hex.js'
import { decodeCbor } from '../../src/cbor/cbor-item.js'
import { MAJOR } from '../../src/cbor/cbor-reader.js'
import { CborWriter } from '../../src/cbor/cbor-writer.js'

function written(write: (writer: CborWriter) => void): Uint8Array {
  const writer = new CborWriter()
  write(writer)
  return writer.finish()
}

describe('the writer', () => {
  it.each([
    [0, '00'],
    [23, '17'],
    [24, '1818'],
    [255, '18ff'],
    [256, '190100'],
    [65_535, '19ffff'],
    [65_536, '1a00010000'],
    [2 ** 32 - 1, '1affffffff'],
    [2 ** 32, '1b0000000100000000'],
    [Number.MAX_SAFE_INTEGER, '1b001fffffffffffff'],
  ])('gives %d the shortest head', (value, hex) => {
    expect(bytesToHex(written((writer) => writer.head(MAJOR.unsigned, value)))).toBe(hex)
    expect(bytesToHex(written((writer) => writer.int(BigInt(value))))).toBe(hex)
  })

  it.each([
    [0, 'f90000'],
    [-0, 'f98000'],
    [Number.NaN, 'f97e00'],
    [Number.POSITIVE_INFINITY, 'f97c00'],
    [Number.NEGATIVE_INFINITY, 'f9fc00'],
    [65_504, 'f97bff'],
    [65_505, 'fa477fe100'],
    [65_520, 'fa477ff000'],
    [2 ** -24, 'f90001'],
    [-(2 ** -24), 'f98001'],
    [2 ** -25, 'fa33000000'],
    [3 * 2 ** -25, 'fa33c00000'],
    [1023 * 2 ** -24, 'f903ff'],
    [1023.5 * 2 ** -24, 'fa387fe000'],
    [2 ** -14, 'f90400'],
    [1 + 2 ** -10, 'f93c01'],
    [1 + 2 ** -11, 'fa3f801000'],
    [2 ** -149, 'fa00000001'],
    [2 ** -150, 'fb3690000000000000'],
    [2 ** 128, 'fb47f0000000000000'],
    [0.1, 'fb3fb999999999999a'],
  ])('gives %d the shortest float', (value, hex) => {
    expect(bytesToHex(written((writer) => writer.float(value)))).toBe(hex)
  })

  it('writes back every half float as it was, but for the many forms of NaN', () => {
    for (let bits = 0; bits < 65_536; bits += 1) {
      const half = Uint8Array.of(0xf9, bits >> 8, bits & 0xff)
      const item = decodeCbor(half)
      const value = item.kind === 'float' ? item.value : Number.NaN
      const expected = Number.isNaN(value) ? 'f97e00' : bytesToHex(half)
      const encoded = bytesToHex(written((writer) => writer.float(value)))
      if (encoded !== expected) throw new Error(`${value}: expected ${expected}, got ${encoded}`)
    }
  })

  it.each(seeds())('writes floats, integers, texts and bytes that read back, in bytes that grow (seed %d)', (seed) => {
    const float = fc.oneof(fc.double(), fc.float())
    const integer = fc.bigInt(-(2n ** 64n), 2n ** 64n - 1n)
    const item = fc.tuple(
      float,
      integer,
      fc.string({ unit: 'binary', maxLength: 400 }),
      fc.uint8Array({ maxLength: 400 }),
    )
    fc.assert(
      fc.property(fc.array(item, { maxLength: 10 }), (items) => {
        const bytes = written((writer) => {
          writer.head(MAJOR.array, items.length * 4)
          for (const [float, integer, text, bytes] of items) {
            writer.float(float)
            writer.int(integer)
            writer.text(text)
            writer.byteString(bytes)
          }
        })
        expect(decodeCbor(bytes)).toEqual({
          kind: 'array',
          items: items.flatMap(([float, integer, text, bytes]) => [
            { kind: 'float', value: float },
            { kind: 'int', value: integer },
            { kind: 'text', value: text },
            { kind: 'bytes', value: bytes },
          ]),
        })
      }),
      { seed, numRuns: 300 },
    )
  })
})
