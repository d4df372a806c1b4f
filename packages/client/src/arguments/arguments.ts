import { isPlainObject, type RakkoError, refusal, typeName } from '@rakko/core'
import { compactBytes } from '@rakko/node/rpc'
import type { CallOptions } from './call-options.js'
import { readable, readMembers } from './read-members.js'

/** What a caller handed over that it must not. */
export function invalidArgument(field: string, expected: string, value: unknown, cause?: unknown): RakkoError {
  return refusal('INVALID_ARGUMENT', { field, expected, got: shown(value), cause })
}

const MAX_SHOWN_CHARS = 100

function shown(value: unknown): string {
  if (typeof value === 'string') return `'${value.slice(0, MAX_SHOWN_CHARS)}'`
  return typeof value === 'number' ? String(value) : typeName(value)
}

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null
}

/** The options of a call, or none. Whoever reads a member checks it. Throws INVALID_ARGUMENT. */
export function checkOptions<Options extends object>(options: Options | undefined): Partial<Options> {
  if (options === undefined) return {}
  const isPlain = readable('options', () => isPlainObject(options))
  if (isPlain) return readMembers('options', '', options) as Partial<Options>
  throw invalidArgument('options', 'a plain object', options)
}

/**
 * What is left of options once those that a call has were taken: passed over, a mistyped one would go unnoticed. Throws
 * INVALID_ARGUMENT.
 */
export function checkNoMore(options: object): void {
  for (const [name, value] of Object.entries(options)) {
    if (value !== undefined) throw invalidArgument(name, 'no option of this name', value)
  }
}

/** Throws INVALID_ARGUMENT. */
export function checkCallOptions(options: CallOptions | undefined): CallOptions {
  const { signal, deadlineMs, ...more } = checkOptions(options)
  checkNoMore(more)
  if (signal !== undefined && !readable('signal', () => isAbortSignal(signal))) {
    throw invalidArgument('signal', 'an AbortSignal', signal)
  }
  if (deadlineMs !== undefined) checkDeadline(deadlineMs)
  return { signal, deadlineMs }
}

/** An id, whose form the node checks. Throws INVALID_ARGUMENT. */
export function checkId(field: string, expected: string, id: unknown): string {
  if (typeof id === 'string') return id
  throw invalidArgument(field, expected, id)
}

/** Without the rest of their buffer. Throws INVALID_ARGUMENT. */
export function checkBytes(field: string, value: unknown, expected = 'a Uint8Array'): Uint8Array {
  const bytes = readable(field, () => (value instanceof Uint8Array ? compactBytes(value) : undefined))
  if (bytes !== undefined) return bytes
  throw invalidArgument(field, expected, value)
}

/** Throws INVALID_ARGUMENT. */
export function checkDeadline(deadlineMs: unknown): number {
  if (typeof deadlineMs === 'number' && deadlineMs > 0) return deadlineMs
  throw invalidArgument('deadlineMs', 'a number of milliseconds above 0', deadlineMs)
}

/** By what is used of it: another window's signal is one too. */
function isAbortSignal(value: unknown): value is AbortSignal {
  const { aborted, addEventListener, removeEventListener } = (value ?? {}) as Partial<AbortSignal>
  return (
    typeof aborted === 'boolean' && typeof addEventListener === 'function' && typeof removeEventListener === 'function'
  )
}
