import { parseDocumentViewId } from '../document/document-view-id.js'
import { parseHash } from '../hash/hash.js'
import { MAX_INT, MIN_INT } from '../operation/operation-layout.js'
import { invalidQuery } from '../query/invalid-query.js'

const LONE_SURROGATE = /\p{Surrogate}/u

export function parseBool(value: unknown, path: string): boolean {
  if (typeof value === 'boolean') return value
  throw invalidQuery(path, 'true or false', value)
}

export function parseInt64(value: unknown, path: string): bigint {
  if (typeof value === 'number' && Number.isSafeInteger(value)) return BigInt(value)
  if (typeof value === 'bigint' && value >= MIN_INT && value <= MAX_INT) return value
  throw invalidQuery(path, 'a safe integer, or a bigint of 64 bits', value)
}

export function parseFloat64(value: unknown, path: string): number {
  if (typeof value === 'number') return value
  throw invalidQuery(path, 'a number', value)
}

export function parseText(value: unknown, path: string): string {
  if (typeof value !== 'string') throw invalidQuery(path, 'text', value)
  if (!LONE_SURROGATE.test(value)) return value
  throw invalidQuery(path, 'text without lone surrogates', value)
}

export function parseBytes(value: unknown, path: string): Uint8Array {
  if (value instanceof Uint8Array) return value
  throw invalidQuery(path, 'a Uint8Array', value)
}

export function parseDocumentId(value: unknown, path: string): string {
  return parseId(parseHash, 'a document id of 68 hexadecimal digits', value, path)
}

export function parseViewId(value: unknown, path: string): string {
  return parseId(parseDocumentViewId, 'a document view id', value, path)
}

function parseId(parse: (text: string) => string, expected: string, value: unknown, path: string): string {
  if (typeof value !== 'string') throw invalidQuery(path, expected, value)
  try {
    return parse(value)
  } catch {
    throw invalidQuery(path, expected, value)
  }
}
