import {
  bytesToHex,
  type DocumentId,
  type DocumentViewId,
  type FieldType,
  type OperationValue,
  RakkoError,
} from '@rakko/core'
import { decodeText } from '../sql/text-code.js'

const HASH_BYTES = 34

/** Text of the ids that stand one after another in a column: a document view id, or the one id of a document. */
export function decodeViewId(bytes: unknown): DocumentViewId {
  const hex = decodeHex(bytes)
  if (hex.length === 2 * HASH_BYTES) return hex as DocumentViewId
  const ids: string[] = []
  for (let start = 0; start < hex.length; start += 2 * HASH_BYTES) ids.push(hex.slice(start, start + 2 * HASH_BYTES))
  return ids.join('_') as DocumentViewId
}

export function decodeHex(bytes: unknown): string {
  if (bytes instanceof Uint8Array) return bytesToHex(bytes)
  throw unexpected('bytes', bytes)
}

/** The value of a field as its views table holds it. */
export function decodeColumn({ type }: FieldType, stored: unknown): OperationValue {
  switch (type) {
    case 'bool':
      if (typeof stored === 'boolean') return { type, value: stored }
      break
    case 'int':
      if (typeof stored === 'bigint') return { type, value: stored }
      break
    case 'float':
      if (typeof stored === 'number') return { type, value: stored }
      break
    case 'str':
      if (typeof stored === 'string') return { type, value: decodeText(stored) }
      break
    case 'bytes':
      if (stored instanceof Uint8Array) return { type, value: stored }
      break
    case 'relation':
      return { type, value: decodeHex(stored) as DocumentId }
    case 'relation_list':
      if (Array.isArray(stored)) return { type, value: stored.map((id) => decodeHex(id) as DocumentId) }
      break
    case 'pinned_relation':
      return { type, value: decodeViewId(stored) }
    case 'pinned_relation_list':
      if (Array.isArray(stored)) return { type, value: stored.map(decodeViewId) }
      break
  }
  throw unexpected(type, stored)
}

function unexpected(expected: string, got: unknown): RakkoError {
  return new RakkoError('INTERNAL', `a column holds ${typeof got} where ${expected} was stored`, {
    expected,
    got: typeof got,
  })
}
