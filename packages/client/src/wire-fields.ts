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

/** Whether a message carries the fields for sure, once copied. What else there is may have anything within it. */
export function isSurelySent(fields: WireFields): boolean {
  return isObject(fields) && !Array.isArray(fields) && Object.values(fields).every(isSurelyCloned)
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

function isSurelyCloned(value: unknown): boolean {
  if (Array.isArray(value)) return value.every(isPrimitive)
  return value instanceof Uint8Array || isPrimitive(value)
}

function isPrimitive(value: unknown): boolean {
  return !isObject(value) && typeof value !== 'function' && typeof value !== 'symbol'
}
