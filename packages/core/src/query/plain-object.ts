/**
 * Whether this is an object written as `{}` or read from a message: no list, bytes, Map or instance of another class.
 */
export function isPlainObject(value: unknown): value is Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null) return false
  const prototype: unknown = Object.getPrototypeOf(value)
  // The second line is for objects of another realm, which has its own Object.
  return prototype === null || prototype === Object.prototype || Object.getPrototypeOf(prototype) === null
}

/** The name of a member that is none of those known. One that is undefined counts as absent, whatever its name. */
export function unknownMember(value: object, known: readonly string[]): string | undefined {
  return Object.entries(value).find(([name, member]) => member !== undefined && !known.includes(name))?.[0]
}
