import { isPlainObject } from '@rakko/core'
import type { WireFields } from '@rakko/node/rpc'
import { isObject } from './arguments.js'
import { copyMember } from './plain-copy.js'
import { readable, readMembers } from './read-members.js'

/**
 * What a write sets, as it is now, whatever the caller does with it until the message is sent. `path` is what errors
 * call the whole by. Throws INVALID_ARGUMENT.
 */
export function wireFields(fields: unknown, path = ''): WireFields {
  // The node says what is wrong with it.
  if (!readable(path || 'fields', () => isPlainObject(fields))) return copyMember('fields', path, fields) as WireFields
  const copy = readMembers('fields', path, fields as object)
  for (const [name, value] of Object.entries(copy)) {
    if (!isPrimitive(value)) copy[name] = copyMember('fields', path === '' ? name : `${path}.${name}`, value)
  }
  return copy
}

/**
 * Roughly the bytes that a message carries the fields in, once copied. Infinity where perhaps none does: what is no
 * value of a field may have anything within it.
 */
export function wireBytes(fields: WireFields): number {
  if (!isPlainObject(fields)) return Number.POSITIVE_INFINITY
  let bytes = 0
  for (const [name, value] of Object.entries(fields)) bytes += bytesOf(name) + bytesOf(value)
  return bytes
}

function bytesOf(value: unknown): number {
  if (typeof value === 'string') return 2 * value.length
  if (value instanceof Uint8Array) return value.length
  if (!Array.isArray(value)) return isPrimitive(value) ? PRIMITIVE_BYTES : Number.POSITIVE_INFINITY
  return value.reduce<number>((bytes, one) => bytes + (isPrimitive(one) ? bytesOf(one) : Number.POSITIVE_INFINITY), 0)
}

const PRIMITIVE_BYTES = 8

function isPrimitive(value: unknown): boolean {
  return !isObject(value) && typeof value !== 'function' && typeof value !== 'symbol'
}
