import {
  decodeCbor,
  decodeEntry,
  decodeOperation,
  encodeOperation,
  hash,
  parseSchemaId,
  portableSigner,
  RakkoError,
  signEntry,
} from '@rakko/core'
import type { FuzzedDecoder } from '../../../../.config/testing/fuzz.js'
import {
  CborSequence,
  type Channel,
  type ChannelListener,
  chunked,
  decodeFrame,
  decodeReferenceMessage,
  encodeFrame,
  encodeReferenceMessage,
  parseAddress,
} from '../../src/index.js'
import { FRAME_TYPES, randomFrame, randomMessage } from './frames.js'
import { COMPARISONS } from './fuzz-comparisons.js'
import { DEFINITIONS } from './fuzz-definitions.js'

const BASES = 100
const MOST_COUNTED = 16
const encoder = new TextEncoder()
const decoder = new TextDecoder()

export const DECODERS: readonly FuzzedDecoder[] = [
  {
    name: 'frames',
    codes: ['INVALID_FRAME'],
    bases: (random) =>
      Array.from({ length: BASES }, (_, index) => encodeFrame(randomFrame(random, FRAME_TYPES[index % 16]))),
    decode(bytes) {
      const frame = decodeFrame(bytes)
      if (frame.type === 'end') return frame.type
      const again = encodeFrame(frame)
      // Only one form is taken.
      if (Buffer.compare(again, bytes) !== 0) throw new Error(`a frame was read from another form than ${again}`)
      return frame.type
    },
  },
  {
    name: 'messages of the reference',
    codes: ['INVALID_FRAME'],
    bases: (random) => Array.from({ length: BASES }, () => encodeReferenceMessage(randomMessage(random))),
    decode: (bytes) => decodeReferenceMessage(bytes).type,
  },
  {
    name: 'CBOR sequences',
    codes: ['INVALID_FRAME', 'FRAME_TOO_LARGE'],
    bases: (random) => Array.from({ length: BASES }, () => encodeReferenceMessage(randomMessage(random))),
    decode(bytes, random) {
      const sequence = new CborSequence({ maxItemBytes: 1_000, maxDepth: 8 })
      const items = []
      for (let at = 0; at < bytes.length; ) {
        const end = at + 1 + random.integer(64)
        items.push(...sequence.push(bytes.subarray(at, end)))
        at = end
      }
      sequence.end()
      for (const item of items) checkItem(item)
      // Each verdict keeps an input from which others are made: long ones make all that follow slow.
      return `${Math.min(items.length, MOST_COUNTED)}`
    },
  },
  {
    name: 'chunked messages',
    codes: ['INVALID_FRAME', 'FRAME_TOO_LARGE'],
    bases: () => [Uint8Array.of(1), Uint8Array.of(1, 2, 3), new Uint8Array(1_500), Uint8Array.of(0)],
    decode(bytes) {
      const joining = joiningOf({ maxFrameBytes: 3_000 })
      for (let turn = 0; turn < 3; turn += 1) joining.frame(bytes)
      return undefined
    },
  },
  {
    name: 'entries',
    codes: ['INVALID_ENTRY', 'INVALID_HASH', 'INVALID_PUBLIC_KEY', 'INVALID_VARU64'],
    bases: () => [1n, 2n, 8n].map((seqNum) => entry(seqNum)),
    decode: (bytes) => (decodeEntry(bytes).backlink === undefined ? 'first' : 'later'),
  },
  {
    name: 'operations',
    codes: [
      'INVALID_OPERATION',
      'INVALID_OPERATION_FORMAT',
      'INVALID_CBOR',
      'INVALID_SCHEMA_ID',
      'INVALID_DOCUMENT_VIEW_ID',
      'INVALID_HASH',
    ],
    bases: () => [operation()],
    decode: (bytes) => decodeOperation(bytes).action,
  },
  COMPARISONS,
  DEFINITIONS,
  {
    name: 'addresses',
    codes: ['INVALID_ADDRESS'],
    bases: () =>
      ['wss://hub.example', 'ws://127.0.0.1:2020/sync?a=b', 'wss://[::1]:9/x/y'].map((text) => encoder.encode(text)),
    decode(bytes) {
      const address = parseAddress(decoder.decode(bytes))
      if (parseAddress(address) !== address) throw new Error(`${address} is not the one form of it`)
      return undefined
    },
  },
]

/** One item has to be one item for another reader too, which is stricter about what is in it. */
function checkItem(item: Uint8Array): void {
  try {
    decodeCbor(item)
  } catch (error) {
    if (!(error instanceof RakkoError)) throw error
    const offset = error.details.offset as number
    if (offset >= item.length || String(error.details.got).includes('after it')) {
      throw new Error(`an item was parted wrongly: ${item}`)
    }
  }
}

function joiningOf(options: { maxFrameBytes: number }): ChannelListener {
  let joining: ChannelListener | undefined
  const inner: Channel = {
    maxFrameBytes: 1_500,
    send: () => Promise.resolve(),
    listen(listener) {
      joining = listener
    },
    close: () => undefined,
  }
  chunked(inner, options).listen({ frame: () => undefined, closed: () => undefined })
  if (joining === undefined) throw new Error('unreachable')
  return joining
}

const signer = portableSigner(new Uint8Array(32).fill(7))

function operation(): Uint8Array {
  const id = hash(Uint8Array.of(1))
  return encodeOperation({
    action: 'create',
    schemaId: parseSchemaId(`venue_${id}`),
    fields: new Map([
      ['capacity', { type: 'int', value: -500n }],
      ['height', { type: 'float', value: 1.5 }],
      ['is_open', { type: 'bool', value: true }],
      ['name', { type: 'str', value: 'Zelt ☂' }],
    ]),
  })
}

function entry(seqNum: bigint): Uint8Array {
  const id = hash(Uint8Array.of(2))
  const links = {
    1: {},
    2: { backlink: id },
    8: { backlink: id, skiplink: hash(Uint8Array.of(3)) },
  }[Number(seqNum)]
  return signEntry({ logId: 5n, seqNum, ...links }, operation(), signer)
}
