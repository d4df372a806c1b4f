import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { seeds } from '../../../../.config/testing/seeds.js'
import { decodeEntry } from '../../src/entry/decode-entry.js'
import { encodeEntry } from '../../src/entry/encode-entry.js'
import type { Entry } from '../../src/entry/entry.js'
import { isSkiplinkRequired } from '../../src/entry/lipmaa.js'
import { MAX_U64 } from '../../src/entry/varu64.js'
import { hashFromBytes } from '../../src/hash/hash.js'
import { portableSigner } from '../../src/key/key-pair.js'
import { RakkoError } from '../../src/rakko-error.js'

const hash = fc
  .uint8Array({ minLength: 32, maxLength: 32 })
  .map((digest) => hashFromBytes(Uint8Array.of(0, 32, ...digest)))
const u64 = (smallest: bigint) => fc.oneof(fc.bigInt(smallest, MAX_U64), fc.bigInt(smallest, 300n))
const publicKeys = Array.from({ length: 5 }, (_, index) => portableSigner(new Uint8Array(32).fill(index)).publicKey)

const entry: fc.Arbitrary<Entry> = fc
  .record({
    publicKey: fc.constantFrom(...publicKeys),
    logId: u64(0n),
    seqNum: u64(1n),
    links: fc.uniqueArray(hash, { minLength: 2, maxLength: 2 }),
    payloadSize: u64(0n),
    payloadHash: hash,
    signature: fc.uint8Array({ minLength: 64, maxLength: 64 }),
  })
  .map(({ links: [skiplink, backlink], ...rest }) => ({
    ...rest,
    ...(isSkiplinkRequired(rest.seqNum) && skiplink !== undefined && { skiplink }),
    ...(rest.seqNum > 1n && backlink !== undefined && { backlink }),
  }))

describe('any entry', () => {
  it.each(seeds())('survives encoding and decoding (seed %d)', (seed) => {
    fc.assert(
      fc.property(entry, (original) => {
        const bytes = encodeEntry(original)
        expect(decodeEntry(bytes)).toEqual(original)
        expect(encodeEntry(decodeEntry(bytes))).toEqual(bytes)
      }),
      { seed, numRuns: 600 },
    )
  })

  it.each(seeds())('once changed decodes to something or is refused as INVALID_ENTRY (seed %d)', (seed) => {
    const change = fc.record({ position: fc.nat(), byte: fc.nat(255) })
    fc.assert(
      fc.property(entry, fc.array(change, { minLength: 1, maxLength: 4 }), fc.nat(20), (original, changes, cut) => {
        const bytes = encodeEntry(original)
        for (const { position, byte } of changes) bytes[position % bytes.length] = byte
        expectDecodedOrRefused(bytes.subarray(0, bytes.length - cut))
      }),
      { seed, numRuns: 1500 },
    )
  })
})

describe('any bytes', () => {
  it.each(seeds())('decode to an entry or are refused as INVALID_ENTRY (seed %d)', (seed) => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 400 }), expectDecodedOrRefused), { seed, numRuns: 1000 })
  })
})

function expectDecodedOrRefused(bytes: Uint8Array): void {
  try {
    decodeEntry(bytes)
  } catch (error) {
    expect(error).toBeInstanceOf(RakkoError)
    const { code, details } = error as RakkoError
    expect(code).toBe('INVALID_ENTRY')
    expect(details).toEqual({ field: expect.any(String), expected: expect.any(String), got: expect.any(String) })
  }
}
