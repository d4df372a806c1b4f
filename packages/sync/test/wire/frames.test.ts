import { bytesToHex, hexToBytes, RakkoError } from '@rakko/core'
import { expect, test } from 'vitest'
import { decodeFrame, encodeFrame, endFrame, MAX_FRAME_BYTES } from '../../src/index.js'
import { cbor, type Value } from '../support/cbor.js'
import { FRAME_TYPES } from '../support/frames.js'
import { SAMPLE_FRAMES } from '../support/sample-frames.js'
import vectors from '../vectors/frames.json' with { type: 'json' }

const ID = new Uint8Array(32).fill(0x11)
const HIGHER = new Uint8Array(32).fill(0x22)
const KEY = new Uint8Array(32).fill(0x33)
const NONE = new Uint8Array()
const HELLO = [64, 1, new Uint8Array(16), KEY, ID, 0, NONE, false, [], 2_097_152, 0] as const

function hello(changes: Readonly<Record<number, Value>>): Value[] {
  return HELLO.map((member, index) => changes[index] ?? member)
}

const compared = (...ranges: Value[]): Value => [74, 1, 0, NONE, ranges]
const bound = (...bytes: number[]): Uint8Array => Uint8Array.of(...bytes)

test('each type of frame has the bytes of its vector, and is read from them', () => {
  expect(SAMPLE_FRAMES.map((frame) => bytesToHex(encodeFrame(frame)))).toEqual(vectors.frames)
  expect(vectors.frames.map((hex) => decodeFrame(hexToBytes(hex)))).toEqual(SAMPLE_FRAMES)
  expect(new Set(SAMPLE_FRAMES.map(({ type }) => type))).toEqual(new Set(FRAME_TYPES))
})

test('byte strings are views of the frame, not copies', () => {
  const bytes = encodeFrame({
    type: 'arrivals',
    pull: 1,
    upTo: { number: 0 },
    latest: 0,
    first: 0,
    items: [{ entry: ID }],
  })
  const frame = decodeFrame(bytes)
  expect(frame).toMatchObject({ items: [{ entry: ID }] })
  bytes.fill(9, -32)
  expect(frame).toMatchObject({ items: [{ entry: new Uint8Array(32).fill(9) }] })
})

/** What a peer sends, and the field that its error names. */
const REFUSED: [rule: string, bytes: Uint8Array, field: string][] = [
  ['no bytes', NONE, 'frame'],
  ['no array', cbor(77), 'frame'],
  ['a map', hexToBytes('a100'), 'frame'],
  ['a tag', hexToBytes('c1824d01'), 'frame'],
  ['an empty array', cbor([]), 'frame'],
  ['a type that is none', cbor([63, 1]), 'type'],
  ['a type of the reference', cbor([3, 0, false]), 'type'],
  ['too few members', cbor([77]), 'frame'],
  ['too many members', cbor([77, 1, 1]), 'frame'],
  ['bytes behind the frame', hexToBytes('82184d0100'), 'frame'],
  ['a frame that is cut', hexToBytes('82184d'), 'frame'],
  ['an indefinite length', hexToBytes('9f184d01ff'), 'frame'],
  ['a head longer than needed', hexToBytes('82184d1801'), 'ping.number'],
  ['a head of eight bytes where four do', hexToBytes('82184d1b00000000ffffffff'), 'ping.number'],
  ['a float', hexToBytes('82184df93c00'), 'ping.number'],
  ['a negative number', cbor([77, -1]), 'ping.number'],
  ['a number of 2^53', cbor([77, 2n ** 53n]), 'ping.number'],
  ['a simple value of another kind', hexToBytes('83182df8ff'), 'type'],
  ['a count that nothing follows', hexToBytes('8318471b00000000'), 'frame'],
  ['a Hello of another version, however long', cbor([64, 2, 'later']), 'hello.version'],
  ['a Hello that is too long', cbor([...HELLO, 0]), 'frame'],
  ['a database id of 15 bytes', cbor(hello({ 2: new Uint8Array(15) })), 'hello.databaseId'],
  ['a key of 31 bytes', cbor(hello({ 3: new Uint8Array(31) })), 'hello.publicKey'],
  ['a nonce of 33 bytes', cbor(hello({ 4: new Uint8Array(33) })), 'hello.nonce'],
  ['number 0 with an id', cbor(hello({ 6: ID })), 'hello.latest.id'],
  ['another number without an id', cbor(hello({ 5: 1 })), 'hello.latest.id'],
  ['a number where true or false is', cbor(hello({ 7: 1 })), 'hello.asksProof'],
  ['null where true or false is', hexToBytes('841848 01 f6 80'.replaceAll(' ', '')), 'fetched.isLast'],
  ['an empty capability', cbor(hello({ 8: [''] })), 'hello.capabilities'],
  ['a capability of 33 bytes', cbor(hello({ 8: ['x'.repeat(33)] })), 'hello.capabilities'],
  ['33 capabilities', cbor(hello({ 8: Array(33).fill('x') })), 'hello.capabilities'],
  ['frames too small for an entry', cbor(hello({ 9: 1_099_999 })), 'hello.maxFrameBytes'],
  ['text that is no UTF-8', hexToBytes('83184f6362796561ff'), 'frame'],
  ['a proof of 63 bytes', cbor([65, '', new Uint8Array(63)]), 'proof.signature'],
  ['an address of 2 001 bytes', cbor([65, 'x'.repeat(2_001), new Uint8Array(64)]), 'proof.address'],
  ['a pull with the number 0', cbor([66, 0, 0, null, 0, NONE, 0]), 'pull.pull'],
  ['mode 2', cbor([66, 1, 2, null, 0, NONE, 0]), 'pull.mode'],
  ['a scope that narrows nothing', cbor([66, 1, 0, [null, null, null, false], 0, NONE, 0]), 'pull.scope'],
  ['a scope of 3 members', cbor([66, 1, 0, [null, null, null], 0, NONE, 0]), 'pull.scope'],
  ['no schema id', cbor([66, 1, 0, [['venue'], null, null, false], 0, NONE, 0]), 'pull.scope.schemas'],
  [
    'a schema id in another form',
    cbor([66, 1, 0, [['blob_v01'], null, null, false], 0, NONE, 0]),
    'pull.scope.schemas',
  ],
  [
    'a schema id twice',
    cbor([66, 1, 0, [['blob_v1', 'blob_v1'], null, null, false], 0, NONE, 0]),
    'pull.scope.schemas',
  ],
  ['authors descending', cbor([66, 1, 0, [null, [KEY, ID], null, false], 0, NONE, 0]), 'pull.scope.authors'],
  [
    'too many members of a scope',
    cbor([66, 1, 0, [null, numbered(600), numbered(401), false], 0, NONE, 0]),
    'pull.scope.documents',
  ],
  ['an item that is a number', cbor([67, 1, 0, NONE, 0, 0, [1]]), 'arrivals.items.id'],
  ['an id with its prefix', cbor([67, 1, 0, NONE, 0, 0, [new Uint8Array(34)]]), 'arrivals.items.id'],
  ['an empty item', cbor([67, 1, 0, NONE, 0, 0, [[]]]), 'arrivals.items'],
  ['an item of 3 members', cbor([67, 1, 0, NONE, 0, 0, [[ID, ID, ID]]]), 'arrivals.items'],
  ['an empty entry', cbor([67, 1, 0, NONE, 0, 0, [[NONE]]]), 'arrivals.items.entry'],
  ['an entry of 323 bytes', cbor([67, 1, 0, NONE, 0, 0, [[new Uint8Array(323)]]]), 'arrivals.items.entry'],
  [
    'an operation of more than 1 MiB',
    cbor([67, 1, 0, NONE, 0, 0, [[ID, new Uint8Array(1_048_577)]]]),
    'arrivals.items.operation',
  ],
  ['none taken', cbor([68, 1, 0]), 'taken.frames'],
  ['reason 0', cbor([69, 1, 0]), 'lost.reason'],
  ['reason 3', cbor([69, 1, 3]), 'lost.reason'],
  ['a fetched id', cbor([72, 1, true, [ID]]), 'fetched.items'],
  ['ranges without an open one', cbor(compared([bound(1), 0])), 'compared.ranges.upper'],
  [
    'an open range that is not the last',
    cbor(compared([NONE, 0], [NONE, 1, 0, ID.subarray(16)])),
    'compared.ranges.upper',
  ],
  ['a bound that ends in 0', cbor(compared([bound(1, 0), 0], [NONE, 3, bound(1)])), 'compared.ranges.upper'],
  [
    'a bound of 33 bytes',
    cbor(compared([new Uint8Array(33).fill(1), 0], [NONE, 3, bound(1)])),
    'compared.ranges.upper',
  ],
  [
    'bounds that do not ascend',
    cbor(compared([bound(2), 3, bound(1)], [bound(1, 255), 0], [NONE, 3, bound(1)])),
    'compared.ranges.upper',
  ],
  ['neighbours of kind 0', cbor(compared([bound(1), 0], [NONE, 0])), 'compared.ranges'],
  ['kind 4', cbor(compared([NONE, 4])), 'compared.ranges.kind'],
  ['a range without a kind', cbor(compared([NONE])), 'compared.ranges'],
  ['a range of nothing', cbor(compared([])), 'compared.ranges'],
  ['kind 0 with more', cbor(compared([NONE, 0, 0])), 'compared.ranges'],
  ['a fingerprint of 15 bytes', cbor(compared([NONE, 1, 0, new Uint8Array(15)])), 'compared.ranges.fingerprint'],
  ['a part of an id', cbor(compared([NONE, 2, new Uint8Array(33)])), 'compared.ranges.ids'],
  ['4 097 ids', cbor(compared([NONE, 2, new Uint8Array(32 * 4_097)])), 'compared.ranges.ids'],
  ['ids descending', cbor(compared([NONE, 2, joined(HIGHER, ID)])), 'compared.ranges.ids'],
  ['an id twice', cbor(compared([NONE, 2, joined(ID, ID)])), 'compared.ranges.ids'],
  ['an id below its range', cbor(compared([bound(0x12), 0], [NONE, 2, ID])), 'compared.ranges.ids'],
  ['an id above its range', cbor(compared([bound(0x11), 2, ID], [NONE, 0])), 'compared.ranges.ids'],
  ['no bits', cbor(compared([NONE, 3, NONE])), 'compared.ranges.bits'],
  ['bits that are all 0', cbor(compared([NONE, 3, new Uint8Array(2)])), 'compared.ranges.bits'],
  ['bits of 4 097 ids', cbor(compared([NONE, 3, new Uint8Array(513).fill(1)])), 'compared.ranges.bits'],
  ['8 193 ranges', hexToBytes('8518 4a 01 00 40 99 2001'.replaceAll(' ', '')), 'compared.ranges'],
  ['a log twice', cbor([76, 1, true, [head(1), head(1)]]), 'heads-are.heads.logId'],
  ['logs descending', cbor([76, 1, true, [head(2), head(1)]]), 'heads-are.heads.logId'],
  ['sequence number 0', cbor([76, 1, true, [[1, 0, ID, false]]]), 'heads-are.heads.seqNum'],
  ['65 537 ids', hexToBytes('83 1847 01 9a 00010001'.replaceAll(' ', '')), 'fetch.ids'],
  ['an empty code', cbor([79, '', '']), 'end.code'],
  ['a text of 4 001 bytes', cbor([79, 'bye', 'x'.repeat(4_001)]), 'end.text'],
]

test.each(REFUSED)('%s is refused', (_, bytes, field) => {
  let error: unknown
  try {
    decodeFrame(bytes)
  } catch (caught) {
    error = caught
  }
  expect(error).toBeInstanceOf(RakkoError)
  expect(error).toMatchObject({ code: 'INVALID_FRAME', details: { field } })
})

test('a frame of more bytes than anybody may send is refused before it is read', () => {
  const bytes = new Uint8Array(MAX_FRAME_BYTES + 1)
  const details = { expected: `at most ${MAX_FRAME_BYTES} bytes`, got: bytes.length }
  expect(() => decodeFrame(bytes)).toThrow(expect.objectContaining({ code: 'FRAME_TOO_LARGE', details }))
})

test('why a later version ends a channel reads as a failure; unknown capabilities are kept', () => {
  expect(decodeFrame(cbor([79, 'tired', 'zzz']))).toEqual({ type: 'end', code: 'failed', text: 'zzz' })
  expect(decodeFrame(cbor(hello({ 8: ['later'] })))).toMatchObject({ capabilities: ['later'] })
})

test('an End carries the words of any error, cut to what fits', () => {
  for (const text of ['', 'x'.repeat(5_000), '🐼'.repeat(5_000), `${'x'.repeat(999)}🐼`, 'lone \ud83d surrogate']) {
    const end = endFrame('failed', text)
    expect(decodeFrame(encodeFrame(end))).toEqual(end)
  }
  expect(endFrame('failed', '🐼'.repeat(5_000)).text).toBe('🐼'.repeat(500))
  expect(endFrame('failed', `a${'🐼'.repeat(500)}`).text).toBe(`a${'🐼'.repeat(499)}\ufffd`)
  expect(endFrame('failed', 'a\ud83dz').text).toBe('a\ufffdz')
})

test('a number that no frame carries is the mistake of who encodes', () => {
  for (const number of [-1, 0.5, 2 ** 53, Number.NaN]) {
    expect(() => encodeFrame({ type: 'ping', number })).toThrow(expect.objectContaining({ code: 'INVALID_ARGUMENT' }))
  }
})

function head(logId: number): Value {
  return [logId, 1, ID, false]
}

function joined(...parts: Uint8Array[]): Uint8Array {
  return Uint8Array.from(parts.flatMap((part) => [...part]))
}

/** Ids or keys, ascending. */
function numbered(count: number): Uint8Array[] {
  return Array.from({ length: count }, (_, index) => {
    const bytes = new Uint8Array(32)
    new DataView(bytes.buffer).setUint16(0, index)
    return bytes
  })
}
