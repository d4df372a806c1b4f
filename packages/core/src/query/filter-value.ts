import { parseDocumentViewId } from '../document/document-view-id.js'
import { parseHash } from '../hash/hash.js'
import { invalidQuery } from './invalid-query.js'
import type { FilterValue } from './query.js'
import type { QueryFieldType } from './query-field.js'

const MIN_INT = -(2n ** 63n)
const MAX_INT = 2n ** 63n - 1n
const LONE_SURROGATE = /\p{Surrogate}/u
const PUBLIC_KEY = /^[0-9a-fA-F]{64}$/

/**
 * A value that fits a field, in one form: ints as bigint, ids in lower case. For a list the value is one element.
 * Throws INVALID_QUERY.
 */
export function parseFilterValue(type: QueryFieldType, value: unknown, path: string): FilterValue {
  switch (type) {
    case 'bool':
    case 'flag':
      if (typeof value === 'boolean') return value
      throw invalidQuery(path, 'true or false', value)
    case 'int':
      return parseInt64(value, path)
    case 'float':
      if (typeof value === 'number') return value
      throw invalidQuery(path, 'a number', value)
    case 'str':
      if (typeof value !== 'string') throw invalidQuery(path, 'text', value)
      if (!LONE_SURROGATE.test(value)) return value
      throw invalidQuery(path, 'text without lone surrogates', value)
    case 'bytes':
      if (value instanceof Uint8Array) return value
      throw invalidQuery(path, 'a Uint8Array', value)
    case 'relation':
    case 'relation_list':
    case 'id':
      return parseId(parseHash, 'a document id of 68 hexadecimal digits', value, path)
    case 'pinned_relation':
    case 'pinned_relation_list':
    case 'view id':
      return parseId(parseDocumentViewId, 'a document view id', value, path)
    case 'public key':
      if (typeof value === 'string' && PUBLIC_KEY.test(value)) return value.toLowerCase()
      throw invalidQuery(path, 'a public key of 64 hexadecimal digits', value)
  }
}

function parseInt64(value: unknown, path: string): bigint {
  if (typeof value === 'number' && Number.isSafeInteger(value)) return BigInt(value)
  if (typeof value === 'bigint' && value >= MIN_INT && value <= MAX_INT) return value
  throw invalidQuery(path, 'a safe integer, or a bigint of 64 bits', value)
}

function parseId(parse: (text: string) => string, expected: string, value: unknown, path: string): string {
  if (typeof value !== 'string') throw invalidQuery(path, expected, value)
  try {
    return parse(value)
  } catch {
    throw invalidQuery(path, expected, value)
  }
}
