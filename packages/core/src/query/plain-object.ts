/**
 * Whether this is an object written as `{}` or read from a message: no list, bytes, Map or instance of another class.
 */
export function isPlainObject(value: unknown): value is Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null) return false
  const prototype: unknown = Object.getPrototypeOf(value)
  // The second line is for objects of another realm, which has its own Object.
  return prototype === null || prototype === Object.prototype || Object.getPrototypeOf(prototype) === null
}

/** What a value is, for messages: `null`, `object` of a plain one, the class of another one, else the type. */
export function typeName(value: unknown): string {
  if (typeof value !== 'object' || value === null) return value === null ? 'null' : typeof value
  try {
    if (isPlainObject(value)) return 'object'
    const name: unknown = value.constructor.name
    return typeof name === 'string' && name !== '' ? `an instance of ${name.slice(0, MAX_SHOWN_CHARACTERS)}` : 'object'
  } catch {
    // A proxy that was revoked, or whose traps throw.
    return 'object'
  }
}

const MAX_SHOWN_CHARACTERS = 100

/** The name of a member that is none of those known. One that is undefined counts as absent, whatever its name. */
export function unknownMember(value: object, known: readonly string[]): string | undefined {
  return Object.entries(value).find(([name, member]) => member !== undefined && !known.includes(name))?.[0]
}
