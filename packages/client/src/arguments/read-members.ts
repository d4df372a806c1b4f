import { RakkoError, refusal } from '@rakko/core'

/** Elements of a list: one without elements can claim any length. */
export const MAX_LIST_LENGTH = 10_000_000

/**
 * The members of a plain object, as they are now. `path` leads to the object, and is empty for the whole, which is
 * called `name`. Throws INVALID_ARGUMENT with the path of a member whose getter throws.
 */
export function readMembers(name: string, path: string, object: object): Record<string, unknown> {
  try {
    return { ...object }
  } catch {
    // Which one it was costs more to know than to read them.
    const whole = path || name
    for (const member of readable(whole, () => Object.keys(object))) {
      const field = path === '' ? member : `${path}.${member}`
      readable(field, () => Reflect.get(object, member))
    }
    return readable(whole, () => ({ ...object }))
  }
}

/**
 * The elements of a list, as they are now, or undefined where `list` is none. Throws INVALID_ARGUMENT with the place of
 * an element that cannot be read.
 */
export function readList(path: string, list: unknown): unknown[] | undefined {
  if (!readable(path, () => Array.isArray(list))) return undefined
  const elements = list as readonly unknown[]
  const length = readable(path, () => elements.length)
  if (length > MAX_LIST_LENGTH) {
    throw refusal('INVALID_ARGUMENT', { field: path, expected: `at most ${MAX_LIST_LENGTH} elements`, got: length })
  }
  try {
    // By its places: the names that a proxy gives may be none of its elements'.
    return Array.from({ length }, (_, i) => elements[i])
  } catch {
    for (let i = 0; i < length; i += 1) readable(`${path}[${i}]`, () => elements[i])
    return readable(path, () => Array.from({ length }, (_, i) => elements[i]))
  }
}

/** What `read` returns. What a getter or a proxy throws is the caller's fault. Throws INVALID_ARGUMENT. */
export function readable<Value>(field: string, read: () => Value): Value {
  try {
    return read()
  } catch (cause) {
    if (cause instanceof RakkoError) throw cause
    const expected = 'a value that can be read'
    throw refusal('INVALID_ARGUMENT', { field, expected, got: 'one that throws when it is read', cause })
  }
}
