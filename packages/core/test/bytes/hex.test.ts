import { describe, expect, it } from 'vitest'
import { bytesToHex, hexToBytes } from '../../src/bytes/hex.js'
import { rakkoErrorOf } from '../rakko-error-of.js'
import { readDepartures, readVectors } from '../vector-file.js'

interface Vectors {
  readonly hexToBytes: readonly { readonly input: string; readonly ok?: { $bytes: string }; readonly error?: string }[]
  readonly bytesToHex: readonly { readonly input: readonly number[]; readonly ok: string }[]
}

const vectors = readVectors<Vectors>('utils.json')
const departures = readDepartures('utils.json')

describe('hexadecimal text', () => {
  it.each(vectors.bytesToHex)('writes $input as "$ok"', ({ input, ok }) => {
    expect(bytesToHex(Uint8Array.from(input))).toBe(ok)
  })

  it.each(vectors.hexToBytes.filter(({ input }) => !departures.has(input)))('reads "$input"', ({ input, ok }) => {
    if (ok === undefined) expect(rakkoErrorOf(() => hexToBytes(input)).code).toBe('INVALID_HEX')
    else expect(bytesToHex(hexToBytes(input))).toBe(ok.$bytes)
  })

  it('departs: no bytes are the empty text, both ways', () => {
    const departure = departures.get('')
    expect(vectors.hexToBytes.find(({ input }) => input === '')?.error).toBe(departure?.reference)
    expect([...hexToBytes('')]).toEqual(departure?.ours)
    expect(bytesToHex(new Uint8Array())).toBe('')
  })

  it('writes and reads every byte', () => {
    const bytes = Uint8Array.from({ length: 256 }, (_, index) => index)
    expect(hexToBytes(bytesToHex(bytes))).toEqual(bytes)
    expect(hexToBytes(bytesToHex(bytes).toUpperCase())).toEqual(bytes)
  })

  it.each([
    ['0g', 'another character at index 1'],
    ['00 0', 'another character at index 2'],
    ['0x00', 'another character at index 1'],
    ['00\n0', 'another character at index 2'],
    ['０0', 'another character at index 0'],
    ['000', '3 characters'],
    [7, 'number'],
    [undefined, 'undefined'],
  ])('refuses %j, saying %s', (input, got) => {
    const { code, details } = rakkoErrorOf(() => hexToBytes(input as string))
    expect(code).toBe('INVALID_HEX')
    expect(details).toEqual({ field: 'hex', expected: expect.any(String), got })
  })

  it('never repeats in an error what it was given', () => {
    const { message, details } = rakkoErrorOf(() => hexToBytes('5ec5e7x0'))
    expect(message + JSON.stringify(details)).not.toContain('5ec5e7')
  })
})
