import { RakkoError, refusal } from '@rakko/core'

/**
 * The members of a plain object, as they are now. `path` leads to the object, and is empty for the whole, which is
 * called `name`. Throws INVALID_ARGUMENT with the path of a member whose getter throws.
 */
export function readMembers(name: string, path: string, object: object): Record<string, unknown> {
  try {
    return { ...object }
  } catch {
    // Which one it was costs more to know than to read them.
    for (const member of Object.keys(object)) {
      const field = path === '' ? member : `${path}.${member}`
      readable(field, () => Reflect.get(object, member))
    }
    return readable(path || name, () => ({ ...object }))
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
