import { type DocumentId, type Hash, MAX_U64, type PublicKey, parseHash, parseSchemaId, refusal } from '@rakko/core'
import {
  type ArrivalMark,
  type ArrivedEntry,
  type IdRange,
  type LogEntry,
  type LogName,
  type LogPart,
  MAX_FINGERPRINT_RANGES,
  MAX_SYNC_BYTES,
  MAX_SYNC_ITEMS,
  type MetPeer,
  type ReadLimits,
  type SyncScope,
} from '../sync-source.js'

const MAX_ADDRESS_CHARS = 2_000

/** What a call reads at most. */
export interface Bounds {
  readonly items: number
  readonly bytes: number
}

/** Throws INVALID_ARGUMENT. */
export function checkLimits({ items, bytes }: ReadLimits = {}): Bounds {
  return { items: upTo('items', items, MAX_SYNC_ITEMS), bytes: upTo('bytes', bytes, MAX_SYNC_BYTES) }
}

/** Throws INVALID_ARGUMENT. */
export function checkItems(items: number | undefined): number {
  return upTo('items', items, MAX_SYNC_ITEMS)
}

/** Throws INVALID_ARGUMENT. */
export function checkNumber(number: unknown): number {
  if (Number.isSafeInteger(number) && (number as number) >= 0) return number as number
  throw refusal('INVALID_ARGUMENT', {
    field: 'number',
    expected: 'an arrival number, an integer from 0',
    got: typeof number,
  })
}

/** Throws INVALID_ARGUMENT and INVALID_HASH. */
export function checkRanges(ranges: readonly IdRange[]): readonly IdRange[] {
  if (ranges.length > MAX_FINGERPRINT_RANGES) {
    const expected = `at most ${MAX_FINGERPRINT_RANGES} ranges`
    throw refusal('INVALID_ARGUMENT', { field: 'ranges', expected, got: ranges.length })
  }
  return ranges.map(checkRange)
}

/** Throws INVALID_HASH. */
export function checkRange({ from, to }: IdRange): IdRange {
  return {
    ...(from !== undefined && { from: parseHash(from, 'from') }),
    ...(to !== undefined && { to: parseHash(to, 'to') }),
  }
}

/** Throws INVALID_SCHEMA_ID, INVALID_PUBLIC_KEY and INVALID_HASH. */
export function checkScope({ schemas, authors, documents, withoutPieces }: SyncScope = {}): SyncScope {
  return {
    schemas: schemas?.map((id) => parseSchemaId(id)),
    authors: authors?.map((key) => checkKey('authors', key)),
    documents: documents?.map((id) => parseHash(id, 'documents') as string as DocumentId),
    withoutPieces: withoutPieces === true,
  }
}

export function isEverything({ schemas, authors, documents, withoutPieces }: SyncScope): boolean {
  return schemas === undefined && authors === undefined && documents === undefined && withoutPieces !== true
}

/** Throws INVALID_HASH and INVALID_ARGUMENT. */
export function checkIds(ids: readonly Hash[]): readonly Hash[] {
  return checkCount('ids', ids).map((id) => parseHash(id, 'ids'))
}

/** Throws INVALID_PUBLIC_KEY and INVALID_ARGUMENT. */
export function checkAuthors(authors: readonly PublicKey[]): readonly PublicKey[] {
  return checkCount('authors', authors).map((key) => checkKey('authors', key))
}

/** Throws INVALID_ARGUMENT. */
export function checkNumbers(numbers: readonly number[]): readonly number[] {
  return checkCount('numbers', numbers).map(checkNumber)
}

/** Throws INVALID_ARGUMENT. */
export function checkDatabaseId(id: string): string {
  if (/^[0-9a-f]{32}$/.test(id)) return id
  throw refusal('INVALID_ARGUMENT', { field: 'databaseId', expected: '32 hexadecimal digits', got: typeof id })
}

/** Throws INVALID_ARGUMENT. */
export function checkAddress(address: string): string {
  if (typeof address === 'string' && address.length >= 1 && address.length <= MAX_ADDRESS_CHARS) return address
  const expected = `1 to ${MAX_ADDRESS_CHARS} characters`
  throw refusal('INVALID_ARGUMENT', { field: 'address', expected, got: typeof address })
}

/** Throws INVALID_ARGUMENT. */
export function checkMetPeer({ address, databaseId, metAt, toSend, upTo }: MetPeer): MetPeer {
  return {
    address: checkAddress(address),
    databaseId: checkDatabaseId(databaseId),
    metAt: checkNumber(metAt),
    toSend: checkNumber(toSend),
    upTo: checkNumber(upTo),
  }
}

/** Throws INVALID_ARGUMENT and INVALID_HASH. */
export function checkArrival({ number, id }: ArrivalMark): ArrivalMark {
  return { number: checkNumber(number), ...(id !== undefined && { id: parseHash(id, 'id') }) }
}

function checkCount<Member>(field: string, members: readonly Member[]): readonly Member[] {
  if (members.length <= MAX_SYNC_ITEMS) return members
  throw refusal('INVALID_ARGUMENT', { field, expected: `at most ${MAX_SYNC_ITEMS}`, got: members.length })
}

/** Throws INVALID_ARGUMENT and INVALID_PUBLIC_KEY. */
export function checkAfter(after: LogName | undefined): LogName | undefined {
  return after && checkLogName('after', after)
}

/** Throws INVALID_ARGUMENT, INVALID_PUBLIC_KEY and INVALID_HASH. */
export function checkAfterEntry(after: LogEntry | undefined): LogEntry | undefined {
  if (after === undefined) return undefined
  const seqNum = checkUnsigned('after.seqNum', after.seqNum)
  return { ...checkLogName('after', after), seqNum, id: parseHash(after.id, 'after.id') }
}

/** Throws INVALID_ARGUMENT and INVALID_PUBLIC_KEY. */
export function checkParts(logs: readonly LogPart[]): readonly LogPart[] {
  return checkCount('logs', logs).map((log) => {
    return { ...checkLogName('logs', log), above: checkUnsigned('logs.above', log.above) }
  })
}

function checkLogName(field: string, { publicKey, logId }: LogName): LogName {
  return { publicKey: checkKey(`${field}.publicKey`, publicKey), logId: checkUnsigned(`${field}.logId`, logId) }
}

/** Any 32 bytes may come from a peer. Those that are no point of the curve are the key of nobody: nothing is theirs. */
function checkKey(field: string, key: PublicKey): PublicKey {
  if (/^[0-9a-f]{64}$/.test(key)) return key
  throw refusal('INVALID_PUBLIC_KEY', { field, expected: '64 hexadecimal digits', got: typeof key })
}

function checkUnsigned(field: string, value: unknown): bigint {
  if (typeof value === 'bigint' && value >= 0n && value <= MAX_U64) return value
  throw refusal('INVALID_ARGUMENT', { field, expected: 'a bigint from 0 to 2^64 - 1', got: typeof value })
}

/** The first entries, as many as the bounds allow; one at least. */
export function bounded(entries: readonly ArrivedEntry[], { items, bytes }: Bounds): ArrivedEntry[] {
  let left = bytes
  const end = entries.findIndex(({ entry, operation }, index) => {
    left -= (entry?.length ?? 0) + (operation?.length ?? 0)
    return index > 0 && (index >= items || left < 0)
  })
  return end === -1 ? [...entries] : entries.slice(0, end)
}

export function isInRange(id: Hash, { from, to }: IdRange): boolean {
  return (from === undefined || id >= from) && (to === undefined || id < to)
}

function upTo(field: string, value: unknown, most: number): number {
  if (value === undefined) return most
  if (Number.isSafeInteger(value) && (value as number) >= 1 && (value as number) <= most) return value as number
  throw refusal('INVALID_ARGUMENT', { field, expected: `an integer from 1 to ${most}`, got: String(value) })
}
