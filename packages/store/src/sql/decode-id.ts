import { bytesToHex, type DocumentViewId, type RakkoError, refusal } from '@rakko/core'
import { damagedRows } from '../driver/damaged-rows.js'

const HASH_BYTES = 34

/** Text of the ids that stand one after another in a column: a view id, or the one id of a document. */
export function decodeViewId(bytes: unknown): DocumentViewId {
  const hex = decodeHex(bytes)
  if (hex.length === 2 * HASH_BYTES) return hex as DocumentViewId
  const ids: string[] = []
  for (let start = 0; start < hex.length; start += 2 * HASH_BYTES) ids.push(hex.slice(start, start + 2 * HASH_BYTES))
  return ids.join('_') as DocumentViewId
}

export function decodeHex(bytes: unknown): string {
  if (bytes instanceof Uint8Array) return bytesToHex(bytes)
  throw unexpectedColumn('bytes', bytes)
}

/** DATABASE_DAMAGED where nothing is left of what was stored; INTERNAL where a driver gives values of another type. */
export function unexpectedColumn(expected: string, got: unknown): RakkoError {
  if (got === null) return damagedRows(`a column holds nothing where ${expected} was stored`)
  return refusal('INTERNAL', { expected, got: typeof got, about: 'A column holds another type than was stored' })
}
