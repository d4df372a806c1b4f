import { Decoder, Encoder } from 'cbor-x'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { seeds } from '../../../../.config/testing/seeds.js'
import { bytesToHex, hexToBytes } from '../../src/bytes/hex.js'
import { type CborItem, decodeCbor, MAX_CBOR_DEPTH } from '../../src/cbor/cbor-item.js'
import { RakkoError } from '../../src/rakko-error.js'
import { rakkoErrorOf } from '../rakko-error-of.js'

const int = (value: bigint): CborItem => ({ kind: 'int', value })
const text = (value: string): CborItem => ({ kind: 'text', value })
const float = (value: number): CborItem => ({ kind: 'float', value })
const simple = (value: number): CborItem => ({ kind: 'simple', value })
const bytes = (hex: string): CborItem => ({ kind: 'bytes', value: hexToBytes(hex) })
const array = (...items: CborItem[]): CborItem => ({ kind: 'array', items })
const map = (...entries: [CborItem, CborItem][]): CborItem => ({ kind: 'map', entries })
const tag = (number: bigint, item: CborItem): CborItem => ({ kind: 'tag', tag: number, item })

describe('a CBOR item (RFC 8949)', () => {
  it.each<[string, CborItem]>([
    ['00', int(0n)],
    ['17', int(23n)],
    ['1818', int(24n)],
    ['1903e8', int(1000n)],
    ['1a000f4240', int(1_000_000n)],
    ['1bffffffffffffffff', int(2n ** 64n - 1n)],
    ['1b0000000000000000', int(0n)],
    ['20', int(-1n)],
    ['3863', int(-100n)],
    ['3bffffffffffffffff', int(-(2n ** 64n))],
    ['c249010000000000000000', tag(2n, bytes('010000000000000000'))],
    ['f90000', float(0)],
    ['f98000', float(-0)],
    ['f93c00', float(1)],
    ['f97bff', float(65504)],
    ['f90001', float(2 ** -24)],
    ['f90400', float(2 ** -14)],
    ['f9c400', float(-4)],
    ['f97c00', float(Number.POSITIVE_INFINITY)],
    ['f9fc00', float(Number.NEGATIVE_INFINITY)],
    ['f97e00', float(Number.NaN)],
    ['fa47c35000', float(100_000)],
    ['fa7f7fffff', float(3.4028234663852886e38)],
    ['fb3ff199999999999a', float(1.1)],
    ['fbc010666666666666', float(-4.1)],
    ['f4', simple(20)],
    ['f7', simple(23)],
    ['f0', simple(16)],
    ['f820', simple(32)],
    ['f8ff', simple(255)],
    ['c11a514b67b0', tag(1n, int(1_363_896_240n))],
    ['dbffffffffffffffff00', tag(2n ** 64n - 1n, int(0n))],
    ['40', bytes('')],
    ['4401020304', bytes('01020304')],
    ['5f42010243030405ff', bytes('0102030405')],
    ['60', text('')],
    ['62c3bc', text('ü')],
    ['64f0908591', text('𐅑')],
    ['63efbbbf', text('\ufeff')],
    ['7f657374726561646d696e67ff', text('streaming')],
    ['7fff', text('')],
    ['80', array()],
    ['8301820203820405', array(int(1n), array(int(2n), int(3n)), array(int(4n), int(5n)))],
    ['9f018202039f0405ffff', array(int(1n), array(int(2n), int(3n)), array(int(4n), int(5n)))],
    ['a0', map()],
    ['a201020304', map([int(1n), int(2n)], [int(3n), int(4n)])],
    ['a2010201f4', map([int(1n), int(2n)], [int(1n), simple(20)])],
    ['bf6346756ef563416d7421ff', map([text('Fun'), simple(21)], [text('Amt'), int(-2n)])],
    ['a1818040', map([array(array()), bytes('')])],
  ])('%s', (hex, expected) => {
    expect(decodeCbor(hexToBytes(hex))).toEqual(expected)
  })

  it.each([
    ['nothing', '', 0, 'more bytes', 'the end'],
    ['a cut argument', '19ff', 1, 'more bytes', 'the end'],
    ['a cut float', 'fb3ff1', 1, 'more bytes', 'the end'],
    ['a cut text', '6361', 0, '3 bytes of content', '1 bytes'],
    ['bytes longer than memory', '5bffffffffffffffff', 0, '18446744073709552000 bytes of content', '0 bytes'],
    ['an array longer than memory', '9bffffffffffffffff00', 10, 'more bytes', 'the end'],
    ['a map that ends after a key', 'a101', 2, 'more bytes', 'the end'],
    ['an indefinite map that ends after a key', 'bf01ff', 2, 'an item', 'a break'],
    ['a tag of nothing', 'c0', 1, 'more bytes', 'the end'],
    ['a break alone', 'ff', 0, 'an item', 'a break'],
    ['a break in an array of known length', '81ff', 1, 'an item', 'a break'],
    ['a missing break', '9f01', 2, 'more bytes', 'the end'],
    ['a missing break of text', '7f6161', 3, 'more bytes', 'the end'],
    ['reserved information 28', '1c', 0, 'a known head', 'reserved additional information 28'],
    ['reserved information 30', '7e', 0, 'a known head', 'reserved additional information 30'],
    ['a simple value that fits one byte in two', 'f818', 0, 'a simple value from 32 in two bytes', '24'],
    ['false in two bytes', 'f814', 0, 'a simple value from 32 in two bytes', '20'],
    ['an integer of indefinite length', '1f', 0, 'an argument', 'an indefinite length'],
    ['a tag of indefinite length', 'df00', 0, 'an argument', 'an indefinite length'],
    ['a chunk of another type', '5f6161ff', 1, 'a chunk of bytes', 'text'],
    ['a chunk in chunks', '7f7f6161ffff', 1, 'a chunk of definite length', 'an indefinite length'],
    ['a character cut between chunks', '7f61c361a9ff', 1, 'UTF-8', 'other bytes'],
    ['a surrogate', '63eda080', 0, 'UTF-8', 'other bytes'],
    ['two items', '0001', 1, 'one item', '1 bytes after it'],
  ])('is not %s', (_, hex, offset, expected, got) => {
    const { code, details } = rakkoErrorOf(() => decodeCbor(hexToBytes(hex)))
    expect([code, details]).toEqual(['INVALID_CBOR', { offset, expected, got }])
  })

  it.each([
    ['arrays', '81', '00'],
    ['endless arrays', '9f', '00'],
    ['tags', 'c0', '00'],
    ['map keys', 'a1', '00'],
  ])('nests %s to its limit and no deeper', (name, level, end) => {
    const depth = (levels: number) =>
      `${level.repeat(levels)}${end}${name === 'endless arrays' ? 'ff'.repeat(levels) : ''}${name === 'map keys' ? '00'.repeat(levels) : ''}`
    expect(() => decodeCbor(hexToBytes(depth(MAX_CBOR_DEPTH)))).not.toThrow()
    const { code, details } = rakkoErrorOf(() => decodeCbor(hexToBytes(depth(MAX_CBOR_DEPTH + 1))))
    expect([code, details.expected]).toEqual(['INVALID_CBOR', `at most ${MAX_CBOR_DEPTH} levels`])
  })

  it('nests a hundred thousand levels without running out of stack', () => {
    expect(rakkoErrorOf(() => decodeCbor(new Uint8Array(100_000).fill(0x81))).code).toBe('INVALID_CBOR')
  })

  it.each(seeds())('never fails but with INVALID_CBOR (seed %d)', (seed) => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), (input) => {
        try {
          decodeCbor(input)
        } catch (error) {
          expect(error).toBeInstanceOf(RakkoError)
          expect((error as RakkoError).code).toBe('INVALID_CBOR')
        }
      }),
      { seed, numRuns: 5000 },
    )
  })
})

/** cbor-x as a second opinion: it says what it would make of an item, as JavaScript values. */
const encoder = new Encoder({ tagUint8Array: false, useRecords: false, mapsAsObjects: false, variableMapSize: true })
const decoder = new Decoder({ useRecords: false, mapsAsObjects: false, int64AsNumber: false } as object)

type JsValue = number | bigint | string | boolean | null | undefined | Uint8Array | JsValue[] | Map<JsValue, JsValue>

function jsValue(item: CborItem): JsValue {
  switch (item.kind) {
    case 'int':
      return Number.isSafeInteger(Number(item.value)) ? Number(item.value) : item.value
    case 'bytes':
    case 'text':
    case 'float':
      return item.value
    case 'simple':
      return [false, true, null, undefined][item.value - 20]
    case 'array':
      return item.items.map(jsValue)
    case 'map':
      return new Map(item.entries.map(([key, value]) => [jsValue(key), jsValue(value)]))
    case 'tag':
      return bignum(item.tag, item.item)
  }
}

/** The one kind of tag that cbor-x writes of its own accord. */
function bignum(tag: bigint, content: CborItem): bigint {
  if ((tag !== 2n && tag !== 3n) || content.kind !== 'bytes') throw new Error(`unexpected tag ${tag}`)
  const magnitude = BigInt(`0x${bytesToHex(content.value)}`)
  return tag === 2n ? magnitude : -1n - magnitude
}

/** cbor-x may return Buffers and safe bigints. */
function plain(value: unknown): JsValue {
  if (value instanceof Uint8Array) return Uint8Array.from(value)
  if (typeof value === 'bigint') return Number.isSafeInteger(Number(value)) ? Number(value) : value
  if (Array.isArray(value)) return value.map(plain)
  if (value instanceof Map) return new Map([...value].map(([key, item]) => [plain(key), plain(item)]))
  return value as JsValue
}

const key = fc.oneof(fc.string({ unit: 'grapheme', maxLength: 40 }), fc.maxSafeInteger())
const { value: anyValue } = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    fc.maxSafeInteger(),
    fc.bigInt(-(2n ** 64n), 2n ** 64n - 1n),
    fc.double({ noNaN: true }).filter((number) => !Object.is(number, -0)),
    fc.boolean(),
    fc.constantFrom(null, undefined),
    fc.string({ unit: 'grapheme', maxLength: 300 }),
    fc.uint8Array({ maxLength: 300 }),
    fc.array(tie('value'), { maxLength: 30 }),
    fc.array(fc.tuple(key, tie('value')), { maxLength: 5 }).map((entries) => new Map(entries)),
  ),
}))

describe('the reader and cbor-x', () => {
  it.each(seeds())('read the same in what cbor-x writes (seed %d)', (seed) => {
    fc.assert(
      fc.property(anyValue, (value) => {
        const encoded = Uint8Array.from(encoder.encode(value))
        expect(jsValue(decodeCbor(encoded)), bytesToHex(encoded)).toEqual(plain(decoder.decode(encoded)))
      }),
      { seed, numRuns: 1000 },
    )
  })

  it('read the same half floats, all of them', () => {
    for (let bits = 0; bits < 65_536; bits += 1) {
      const encoded = Uint8Array.of(0xf9, bits >> 8, bits & 0xff)
      const item = decodeCbor(encoded)
      if (item.kind !== 'float' || !Object.is(item.value, decoder.decode(encoded))) {
        throw new Error(`half float ${bits.toString(16)}: ${JSON.stringify(item)} against ${decoder.decode(encoded)}`)
      }
    }
  })
})
