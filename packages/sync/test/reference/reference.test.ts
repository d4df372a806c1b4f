import { bytesToHex, type DocumentViewId, hexToBytes, type PublicKey, RakkoError, type SchemaId } from '@rakko/core'
import { expect, test } from 'vitest'
import { mutated } from '../../../../.config/testing/mutated.js'
import { Random } from '../../../../.config/testing/random.js'
import { seeds } from '../../../../.config/testing/seeds.js'
import { decodeReferenceMessage, encodeReferenceMessage, type ReferenceMessage, schemaIdSet } from '../../src/index.js'
import { cbor, type Value } from '../support/cbor.js'
import { randomMessage } from '../support/frames.js'
import vectors from '../vectors/reference.json' with { type: 'json' }

/** The members of a message, byte strings as `h'…'`. */
function membersOf(message: ReferenceMessage): unknown {
  switch (message.type) {
    case 'announce':
      return [0, message.version, message.timestamp, message.schemaIds]
    case 'sync-request':
      return [1, Number(message.session), message.mode, message.schemaIds]
    case 'entry':
      return [2, Number(message.session), message.entry, message.operation]
    case 'sync-done':
      return [3, Number(message.session), message.liveMode]
    case 'have': {
      const authors = message.authors.map(({ publicKey, logs }) => [
        `h'${publicKey}'`,
        logs.map(({ logId, seqNum }) => [Number(logId), Number(seqNum)]),
      ])
      return [10, Number(message.session), authors]
    }
  }
}

test.each(vectors.accepted)('the reference’s message is read and written byte for byte: $name', ({ message, hex }) => {
  const decoded = decodeReferenceMessage(hexToBytes(hex))
  expect(membersOf(decoded)).toEqual(message)
  expect(bytesToHex(encodeReferenceMessage(decoded))).toBe(hex)
})

test.each(vectors.lenient)('what the reference takes is taken: $name', ({ as, hex }) => {
  const same = vectors.accepted.find(({ name }) => name === as)
  expect(decodeReferenceMessage(hexToBytes(hex))).toEqual(decodeReferenceMessage(hexToBytes(same?.hex ?? '')))
})

test.each(vectors.refused)('what breaks a rule is refused: $name', ({ hex }) => {
  expect(() => decodeReferenceMessage(hexToBytes(hex))).toThrow(expect.objectContaining({ code: 'INVALID_FRAME' }))
})

test('schema ids are in one order: of the system by their kind, then of apps by name and view', () => {
  const view = (digit: string): string => `0020${digit.repeat(64)}` as DocumentViewId
  const ordered = [
    'schema_definition_v1',
    'schema_field_definition_v1',
    'blob_v1',
    'blob_piece_v1',
    `event_${view('a')}`,
    `event_${view('a')}_${view('c')}`,
    `event_${view('b')}`,
    `event_hall_${view('1')}`,
    `venue_${view('0')}`,
  ] as SchemaId[]
  expect(schemaIdSet([...ordered, ...ordered].reverse())).toEqual(ordered)
  const bytes = encodeReferenceMessage({ type: 'announce', version: 1, timestamp: 1, schemaIds: ordered.toReversed() })
  expect(decodeReferenceMessage(bytes)).toMatchObject({ schemaIds: ordered })
})

test('what is claimed in a few bytes takes no memory; what takes memory is bounded', () => {
  for (const hex of ['9b0000ffffffffffff', '830a0c9b0000ffffffffffff', '84020c5b0000ffffffffffff']) {
    expect(() => decodeReferenceMessage(hexToBytes(hex))).toThrow(expect.objectContaining({ code: 'INVALID_FRAME' }))
  }
  const log: Value = [0, 1]
  const have = cbor([10, 1, [[new Uint8Array(32), Array(300_001).fill(log)]]])
  expect(() => decodeReferenceMessage(have)).toThrow(
    expect.objectContaining({ details: expect.objectContaining({ field: 'authors.logs' }) }),
  )
})

test.each(seeds())(
  'every message is read as it was written; changed bytes throw INVALID_FRAME alone (seed %d)',
  (seed) => {
    const random = new Random(seed)
    for (let round = 0; round < 1_000; round += 1) {
      const message = randomMessage(random)
      const bytes = encodeReferenceMessage(message)
      expect(decodeReferenceMessage(bytes)).toEqual(message)
      try {
        decodeReferenceMessage(mutated(random, bytes, encodeReferenceMessage(randomMessage(random))))
      } catch (error) {
        if (!(error instanceof RakkoError)) throw error
        expect(error.code).toBe('INVALID_FRAME')
      }
    }
  },
)

test('session ids are any u64', () => {
  const have = {
    type: 'have',
    session: 2n ** 64n - 1n,
    authors: [{ publicKey: '00'.repeat(32) as PublicKey, logs: [] }],
  } as const
  expect(decodeReferenceMessage(encodeReferenceMessage(have))).toEqual(have)
})
