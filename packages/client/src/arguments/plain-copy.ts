import { isPlainObject, type RakkoError } from '@rakko/core'
import { invalidArgument, isObject } from './arguments.js'
import { readable, readList, readMembers } from './read-members.js'

/**
 * Levels of objects and lists in an argument. A structured clone works on the stack, and a browser says nothing where
 * it overflows.
 */
const MAX_LEVELS = 256

/** What was copied already, and with how many levels left: many objects may hold the same one. */
type Copies = Map<object, { readonly copy: unknown; readonly levels: number }>

/**
 * A copy that a message can carry. Objects and lists become plain ones: a structured clone refuses the proxies that Vue
 * and MobX put around them. Bytes are copied out of their buffer, so that a message does not carry all of it. Errors
 * call the whole `name`, and its members by their paths, as in `where.name.eq`. Throws INVALID_ARGUMENT.
 */
export function plainCopy<Value>(name: string, value: Value): Value {
  return copyMember(name, '', value) as Value
}

/** As `plainCopy`, of one member of the whole. */
export function copyMember(name: string, path: string, value: unknown): unknown {
  return readable(path || name, () => copy(name, path, value, MAX_LEVELS, new Map()))
}

function copy(name: string, path: string, value: unknown, levels: number, copies: Copies): unknown {
  if (!isObject(value)) {
    if (typeof value !== 'function' && typeof value !== 'symbol') return value
    throw notPlain(path || name, value)
  }
  if (value instanceof Uint8Array) return copyBytes(path || name, value)
  const isList = Array.isArray(value)
  if (!isList && !isPlainObject(value)) return clone(path || name, value)
  if (levels === 0) {
    // How many more is not known: whoever goes on to count them may go round in circles.
    throw invalidArgument(name, `at most ${MAX_LEVELS} levels of objects and lists`, MAX_LEVELS + 1)
  }
  const known = copies.get(value)
  if (known !== undefined && known.levels <= levels) return known.copy
  const copied = isList
    ? copyList(value, path || name, (item, at) => copy(name, at, item, levels - 1, copies))
    : copyObject(name, path, value, (member, at) => copy(name, at, member, levels - 1, copies))
  copies.set(value, { copy: copied, levels })
  return copied
}

type CopyPart = (part: unknown, path: string) => unknown

function copyList(list: readonly unknown[], path: string, copyItem: CopyPart): unknown[] {
  const copied = readList(path, list) ?? []
  for (const [i, item] of copied.entries()) {
    // A path costs more than most elements: only what may be refused gets one.
    if (!isCarried(item)) copied[i] = copyItem(item, `${path}[${i}]`)
  }
  return copied
}

function copyObject(name: string, path: string, object: object, copyValue: CopyPart): Record<string, unknown> {
  const copied = readMembers(name, path, object)
  for (const [member, value] of Object.entries(copied)) {
    if (!isCarried(value)) copied[member] = copyValue(value, path === '' ? member : `${path}.${member}`)
  }
  return copied
}

/** Whether a value is as good as its copy. */
function isCarried(value: unknown): boolean {
  return !isObject(value) && typeof value !== 'function' && typeof value !== 'symbol'
}

/** A `slice` of Node's Buffer is no copy. */
function copyBytes(path: string, bytes: Uint8Array): Uint8Array {
  try {
    return new Uint8Array(bytes)
  } catch {
    throw invalidArgument(path, 'bytes that were not transferred', bytes)
  }
}

/**
 * Dates, Maps and the like: whether one has a place there is the node's to say. An instance of an app's own class would
 * arrive as a plain object without what its class makes of it.
 */
function clone(path: string, value: object): unknown {
  if (Object.prototype.toString.call(value) === '[object Object]') throw notPlain(path, value)
  try {
    return structuredClone(value)
  } catch (error) {
    throw notPlain(path, value, error)
  }
}

function notPlain(field: string, value: unknown, cause?: unknown): RakkoError {
  const expected = 'plain data that a structured clone carries'
  return invalidArgument(field, expected, value, cause)
}
