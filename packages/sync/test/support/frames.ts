import {
  bytesToHex,
  compareBytes,
  type DocumentId,
  type Hash,
  joinBytes,
  MAX_U64,
  type PublicKey,
  type SchemaId,
} from '@rakko/core'
import type { Random } from '../../../../.config/testing/random.js'
import {
  type ArrivalMark,
  type ComparedRange,
  END_CODES,
  type EntryItem,
  type Frame,
  type LogName,
  type ReferenceMessage,
  type Scope,
  schemaIdSet,
} from '../../src/index.js'

const SYSTEM = ['blob_piece_v1', 'blob_v1', 'schema_definition_v1', 'schema_field_definition_v1'] as SchemaId[]

export const FRAME_TYPES = [
  'hello',
  'proof',
  'pull',
  'arrivals',
  'taken',
  'lost',
  'stop',
  'fetch',
  'fetched',
  'compare',
  'compared',
  'compare-heads',
  'compared-heads',
  'heads',
  'heads-are',
  'ping',
  'pong',
  'end',
] as const satisfies readonly Frame['type'][]

export function randomId(random: Random): Hash {
  return `0020${bytesToHex(random.bytes(32))}` as Hash
}

export function randomKey(random: Random): PublicKey {
  return bytesToHex(random.bytes(32)) as PublicKey
}

/** Often where heads change their width. */
export function randomNumber(random: Random, least = 0): number {
  const edge = random.pick([0, 23, 24, 255, 256, 65_535, 65_536, 2 ** 32 - 1, 2 ** 32, Number.MAX_SAFE_INTEGER])
  return Math.max(least, random.chance(0.5) ? edge : random.integer(1000))
}

export function randomU64(random: Random): bigint {
  return random.chance(0.2) ? MAX_U64 - BigInt(random.integer(3)) : BigInt(randomNumber(random))
}

export function randomSchemaId(random: Random): SchemaId {
  if (random.chance(0.3)) return random.pick(SYSTEM)
  const views = ascending(Array.from({ length: 1 + random.integer(3) }, () => randomId(random)))
  return `venue_${views.join('_')}` as SchemaId
}

function several<Member>(random: Random, most: number, make: () => Member): Member[] {
  return Array.from({ length: random.integer(most + 1) }, make)
}

function ascending<Member extends string>(members: readonly Member[]): Member[] {
  return [...new Set(members)].sort((a, b) => (a < b ? -1 : 1))
}

function randomMark(random: Random): ArrivalMark {
  const number = randomNumber(random)
  return number === 0 ? { number } : { number, id: randomId(random) }
}

function randomScope(random: Random): Scope | undefined {
  const scope = {
    ...(random.chance(0.5) && { schemas: ascending(several(random, 3, () => randomSchemaId(random))) }),
    ...(random.chance(0.5) && { authors: ascending(several(random, 3, () => randomKey(random))) }),
    ...(random.chance(0.5) && { documents: ascending(several(random, 3, () => randomId(random) as DocumentId)) }),
    ...(random.chance(0.5) && { withoutPieces: true }),
  }
  return Object.keys(scope).length === 0 ? undefined : scope
}

function randomEntryItem(random: Random): EntryItem {
  const entry = random.bytes(1 + random.integer(322))
  return random.chance(0.2) ? { entry } : { entry, operation: random.bytes(1 + random.integer(600)) }
}

function randomRanges(random: Random): ComparedRange[] {
  if (random.chance(0.1)) return []
  const bounds = several(random, 5, () => {
    const upper = random.bytes(1 + random.integer(32))
    upper[upper.length - 1] = 1 + random.integer(255)
    return upper
  }).sort(compareBytes)
  let before: ComparedRange | undefined
  return [...bounds, new Uint8Array()].map((upper, index) => {
    const lower = bounds[index - 1]
    before = randomRange(random, lower, upper, before?.kind === 'skip')
    return before
  })
}

function randomRange(random: Random, lower: Uint8Array | undefined, upper: Uint8Array, noSkip: boolean): ComparedRange {
  switch (random.integer(noSkip ? 3 : 4)) {
    case 0:
      return { kind: 'fingerprint', upper, count: randomNumber(random), fingerprint: random.bytes(16) }
    case 1: {
      const isInside = (id: Uint8Array) =>
        (lower === undefined || compareBytes(id, lower) >= 0) && (upper.length === 0 || compareBytes(id, upper) < 0)
      const ids = several(random, 8, () => random.bytes(32)).filter(isInside)
      return { kind: 'ids', upper, ids: joinBytes(ids.sort(compareBytes)) }
    }
    case 2:
      return {
        kind: 'lacking',
        upper,
        bits: Uint8Array.of(1 + random.integer(255), ...random.bytes(random.integer(9))),
      }
    default:
      return { kind: 'skip', upper }
  }
}

function randomHead(random: Random) {
  return { seqNum: randomU64(random) || 1n, id: randomId(random), isForked: random.chance(0.5) }
}

function randomLogName(random: Random): LogName {
  return { publicKey: randomKey(random), logId: randomU64(random) }
}

/** In their order, each once. */
function randomLogNames(random: Random): LogName[] {
  const authors = ascending(several(random, 3, () => randomKey(random)))
  return authors.flatMap((publicKey) => {
    const logIds = new Set([randomU64(random), ...several(random, 3, () => randomU64(random))])
    return [...logIds].sort((a, b) => (a < b ? -1 : 1)).map((logId) => ({ publicKey, logId }))
  })
}

/** A frame that keeps all rules. */
export function randomFrame(random: Random, type: Frame['type'] = random.pick(FRAME_TYPES)): Frame {
  switch (type) {
    case 'hello':
      return {
        type,
        version: 1,
        databaseId: bytesToHex(random.bytes(16)),
        publicKey: randomKey(random),
        nonce: random.bytes(32),
        latest: randomMark(random),
        asksProof: random.chance(0.5),
        capabilities: several(random, 4, () => random.pick(['ranges', 'live', 'heads', 'späteres'])),
        maxFrameBytes: 1_100_000 + random.integer(2 ** 31),
        creditBytes: randomNumber(random),
      }
    case 'proof':
      return { type, address: random.pick(['', 'wss://hub.example/sync']), signature: random.bytes(64) }
    case 'pull':
      return {
        type,
        pull: randomNumber(random, 1),
        mode: random.pick(['entries', 'ids'] as const),
        scope: randomScope(random),
        after: randomMark(random),
        compare: randomNumber(random),
      }
    case 'arrivals':
      return {
        type,
        pull: randomNumber(random, 1),
        upTo: randomMark(random),
        latest: randomNumber(random),
        first: randomNumber(random),
        items: several(random, 5, () => (random.chance(0.3) ? randomId(random) : randomEntryItem(random))),
      }
    case 'taken':
      return { type, pull: randomNumber(random, 1), frames: randomNumber(random, 1) }
    case 'lost':
      return { type, pull: randomNumber(random, 1), reason: random.pick(['beyond', 'other-id'] as const) }
    case 'stop':
      return { type, pull: randomNumber(random, 1) }
    case 'fetch':
      return { type, fetch: randomNumber(random, 1), ids: several(random, 5, () => randomId(random)) }
    case 'fetched':
      return {
        type,
        fetch: randomNumber(random, 1),
        isLast: random.chance(0.5),
        items: several(random, 5, () => randomEntryItem(random)),
      }
    case 'compare':
      return {
        type,
        compare: randomNumber(random, 1),
        latest: randomMark(random),
        scope: randomScope(random),
        ranges: randomRanges(random),
      }
    case 'compared':
      return { type, compare: randomNumber(random, 1), latest: randomMark(random), ranges: randomRanges(random) }
    case 'compare-heads':
      return {
        type,
        compare: randomNumber(random, 1),
        latest: randomMark(random),
        scope: randomScope(random),
        upTo: random.chance(0.5) ? undefined : randomLogName(random),
        heads: randomLogNames(random).map((name) => ({ ...name, ...randomHead(random) })),
      }
    case 'compared-heads':
      return {
        type,
        compare: randomNumber(random, 1),
        latest: randomMark(random),
        isTooMuch: random.chance(0.5),
        upTo: random.chance(0.5) ? undefined : randomLogName(random),
        whole: randomLogNames(random),
        heads: randomLogNames(random).map((name) => ({ ...name, ...randomHead(random) })),
      }
    case 'heads':
      return { type, request: randomNumber(random, 1), publicKey: randomKey(random), fromLogId: randomU64(random) }
    case 'heads-are': {
      const logIds = [...new Set(several(random, 5, () => randomU64(random)))].sort((a, b) => (a < b ? -1 : 1))
      return {
        type,
        request: randomNumber(random, 1),
        isLast: random.chance(0.5),
        heads: logIds.map((logId) => ({ logId, ...randomHead(random) })),
      }
    }
    case 'ping':
      return { type, number: randomNumber(random) }
    case 'pong':
      return { type, number: randomNumber(random) }
    case 'end':
      return { type, code: random.pick(END_CODES), text: random.pick(['', 'Bye.', 'ένα 🐼']) }
  }
}

/** A message that keeps all rules. */
export function randomMessage(random: Random): ReferenceMessage {
  const session = randomU64(random)
  const schemaIds = schemaIdSet(several(random, 4, () => randomSchemaId(random)))
  switch (random.integer(5)) {
    case 0:
      return { type: 'announce', version: 1, timestamp: randomNumber(random), schemaIds }
    case 1:
      return {
        type: 'sync-request',
        session,
        mode: randomNumber(random),
        schemaIds: schemaIdSet([...schemaIds, randomSchemaId(random)]),
      }
    case 2:
      return { type: 'entry', session, entry: random.bytes(random.integer(300)), operation: random.bytes(20) }
    case 3:
      return { type: 'sync-done', session, liveMode: random.chance(0.5) }
    default:
      return {
        type: 'have',
        session,
        authors: several(random, 3, () => ({
          publicKey: randomKey(random),
          logs: several(random, 4, () => ({ logId: randomU64(random), seqNum: randomU64(random) || 1n })),
        })),
      }
  }
}
