import { describe, expect, it } from 'vitest'
import { bytesToHex, hexToBytes } from '../../src/bytes/hex.js'
import { hash, hashBytes, hashFromBytes, hashToBytes, parseHash } from '../../src/hash/hash.js'
import { rakkoErrorOf } from '../rakko-error-of.js'
import { readDepartures, readVectors } from '../vector-file.js'

type Input = string | { readonly repeatByte: string; readonly times: number } | { readonly $undefined: true }

interface Vectors {
  readonly vectors: readonly { readonly input: Input; readonly output: string }[]
  readonly invalid: readonly { readonly input: Input; readonly error: string }[]
}

const { vectors, invalid } = readVectors<Vectors>('hash.json')
const departures = readDepartures('hash.json')

function hexOf(input: Input): string | undefined {
  if (typeof input === 'string') return input
  return 'times' in input ? input.repeatByte.repeat(input.times) : undefined
}

const HASH = '0020c65567ae37efea293e34a9c7d13f8f2bf23dbdc3b5c7b9ab46293111c48fc78b'

describe('a YASMF BLAKE3 hash (BA2)', () => {
  it.each(vectors)('of $input', ({ input, output }) => {
    const data = hexToBytes(hexOf(input) as string)
    expect(hash(data)).toBe(output)
    expect(bytesToHex(hashBytes(data))).toBe(output)
  })

  it.each(invalid.filter(({ input }) => input !== ''))('is refused for $input', ({ input }) => {
    expect(rakkoErrorOf(() => hash(hexToBytes(hexOf(input) as string))).code).toBe('INVALID_HEX')
  })

  it('departs: no bytes have a hash', () => {
    const departure = departures.get('')
    expect(invalid.find(({ input }) => input === '')?.error).toBe(departure?.reference)
    expect(hash(new Uint8Array())).toBe(departure?.ours)
  })

  it('is lower-cased when parsed', () => {
    expect(parseHash(HASH.toUpperCase())).toBe(HASH)
    expect(parseHash(HASH)).toBe(HASH)
  })

  it('parses with any second byte and keeps it', () => {
    const odd = `0021${HASH.slice(4)}`
    expect(parseHash(odd)).toBe(odd)
    expect(hashFromBytes(hexToBytes(odd))).toBe(odd)
  })

  it('goes to bytes and back', () => {
    const parsed = parseHash(HASH)
    expect(hashFromBytes(hashToBytes(parsed))).toBe(parsed)
  })

  it.each([
    ['another first byte', `01${HASH.slice(2)}`, 'first byte 0 (YASMF BLAKE3)', 'first byte 1'],
    ['33 bytes', HASH.slice(2), '34 bytes', '33 bytes'],
    ['35 bytes', `${HASH}00`, '34 bytes', '35 bytes'],
    ['no text', '', '34 bytes', '0 bytes'],
    ['half a byte', HASH.slice(1), '68 hexadecimal digits', HASH.slice(1)],
    ['another character', `${HASH.slice(0, -1)}g`, '68 hexadecimal digits', `${HASH.slice(0, -1)}g`],
    ['no string', 5, '68 hexadecimal digits', 'number'],
  ])('refuses %s', (_, input, expected, got) => {
    const { code, details } = rakkoErrorOf(() => parseHash(input as string, 'backlink'))
    expect(code).toBe('INVALID_HASH')
    expect(details).toEqual({ field: 'backlink', expected, got })
  })
})
