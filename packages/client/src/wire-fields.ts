import type { WireFields } from '@rakko/node/rpc'
import { checkLevels, invalidArgument, isObject } from './arguments.js'

/**
 * What a write sets, as it is now, whatever the caller does with it until the message is sent: bytes are copied out of the
 * buffer they are a part of, so that a message does not carry all of it. Throws INVALID_ARGUMENT.
 */
export function wireFields(fields: unknown): WireFields {
  if (isObject(fields)) checkLevels('fields', fields)
  // The node says what is wrong with it.
  if (!isObject(fields) || Array.isArray(fields)) return fields as unknown as WireFields
  const copy: Record<string, unknown> = { ...fields }
  for (const [name, value] of Object.entries(copy)) {
    if (isObject(value)) copy[name] = copied(value)
  }
  return copy
}

/**
 * Roughly the bytes that a message carries the fields in, once copied. Infinity where perhaps none does: what is no value of a
 * field may have anything within it.
 */
export function wireBytes(fields: WireFields): number {
  if (!isObject(fields) || Array.isArray(fields)) return Number.POSITIVE_INFINITY
  let bytes = 0
  for (const [name, value] of Object.entries(fields)) bytes += bytesOf(name) + bytesOf(value)
  return bytes
}

/** Lists are of ids: what else may stand in one no node takes. */
function copied(value: unknown): unknown {
  if (value instanceof Uint8Array) return copiedBytes(value)
  return Array.isArray(value) ? [...value] : value
}

/** A `slice` of Node's Buffer is no copy. */
function copiedBytes(bytes: Uint8Array): Uint8Array {
  try {
    return new Uint8Array(bytes)
  } catch {
    throw invalidArgument('arguments', 'bytes that were not transferred', bytes)
  }
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
