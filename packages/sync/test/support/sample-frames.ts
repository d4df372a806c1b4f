import type { DocumentId, Hash, PublicKey, SchemaId } from '@rakko/core'
import type { Frame } from '../../src/index.js'

export const ID = `0020${'11'.repeat(32)}` as Hash
const OTHER_ID = `0020${'22'.repeat(32)}` as Hash
export const KEY = '33'.repeat(32) as PublicKey
const MARK = { number: 1000, id: ID }

/** One of each type, with each of its parts. `vectors/frames.json` has their bytes. */
export const SAMPLE_FRAMES: readonly Frame[] = [
  {
    type: 'hello',
    version: 1,
    databaseId: '44'.repeat(16),
    publicKey: KEY,
    nonce: new Uint8Array(32).fill(0x55),
    latest: { number: 0 },
    asksProof: true,
    capabilities: ['ranges', 'live', 'heads'],
    maxFrameBytes: 2_097_152,
    creditBytes: 4_194_304,
  },
  { type: 'proof', address: 'wss://hub.example/sync', signature: new Uint8Array(64).fill(0x66) },
  { type: 'pull', pull: 1, mode: 'entries', scope: undefined, after: { number: 0 }, compare: 0 },
  {
    type: 'pull',
    pull: 2,
    mode: 'ids',
    scope: {
      schemas: ['blob_v1', 'schema_definition_v1'] as SchemaId[],
      authors: [KEY],
      documents: [ID as DocumentId],
      withoutPieces: true,
    },
    after: MARK,
    compare: 7,
  },
  {
    type: 'arrivals',
    pull: 1,
    upTo: MARK,
    latest: 70_000,
    first: 0,
    items: [{ entry: Uint8Array.of(1, 2, 3), operation: Uint8Array.of(4, 5) }, { entry: Uint8Array.of(6) }, ID],
  },
  { type: 'arrivals', pull: 1, upTo: { number: 0 }, latest: 70_000, first: 300, items: [ID] },
  { type: 'taken', pull: 1, frames: 24 },
  { type: 'lost', pull: 1, reason: 'beyond' },
  { type: 'lost', pull: 1, reason: 'other-id' },
  { type: 'stop', pull: 1 },
  { type: 'fetch', fetch: 1, ids: [ID, OTHER_ID] },
  { type: 'fetched', fetch: 1, isLast: false, items: [{ entry: Uint8Array.of(1), operation: Uint8Array.of(2) }] },
  {
    type: 'compare',
    compare: 1,
    latest: MARK,
    scope: undefined,
    ranges: [
      { kind: 'skip', upper: Uint8Array.of(0x10) },
      { kind: 'fingerprint', upper: Uint8Array.of(0x80, 0x01), count: 300, fingerprint: new Uint8Array(16).fill(0x77) },
      { kind: 'ids', upper: Uint8Array.of(0x90), ids: new Uint8Array(32).fill(0x88) },
      { kind: 'lacking', upper: new Uint8Array(), bits: Uint8Array.of(0xa0, 0) },
    ],
  },
  { type: 'compared', compare: 1, latest: MARK, ranges: [{ kind: 'skip', upper: new Uint8Array() }] },
  { type: 'compared', compare: 1, latest: { number: 0 }, ranges: [] },
  { type: 'heads', request: 1, publicKey: KEY, fromLogId: 2n ** 64n - 1n },
  {
    type: 'heads-are',
    request: 1,
    isLast: true,
    heads: [
      { logId: 0n, seqNum: 1n, id: ID, isForked: false },
      { logId: 2n ** 53n + 1n, seqNum: 2n ** 64n - 1n, id: OTHER_ID, isForked: true },
    ],
  },
  { type: 'ping', number: 4_294_967_296 },
  { type: 'pong', number: 4_294_967_296 },
  { type: 'end', code: 'bad-frame', text: 'So nicht: 🐼' },
  {
    type: 'compare-heads',
    compare: 1,
    latest: MARK,
    scope: undefined,
    upTo: { publicKey: KEY, logId: 7n },
    heads: [
      { publicKey: KEY, logId: 0n, seqNum: 1n, id: ID, isForked: false },
      { publicKey: KEY, logId: 7n, seqNum: 2n ** 64n - 1n, id: OTHER_ID, isForked: true },
    ],
  },
  {
    type: 'compared-heads',
    compare: 1,
    latest: MARK,
    isTooMuch: false,
    upTo: undefined,
    whole: [{ publicKey: KEY, logId: 7n }],
    heads: [{ publicKey: KEY, logId: 7n, seqNum: 3n, id: ID, isForked: false }],
  },
]
