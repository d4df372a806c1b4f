import { isPlainObject } from '@rakko/core'
import { plainCopy } from '../arguments/plain-copy.js'

/**
 * A text that two queries share where they ask for the same: members in their order, those that are undefined left out.
 * Each value begins with its kind, so that 1, 1n, '1' and -0 stay apart. What is no plain object is refused whatever it
 * holds, so all of a kind are alike. Throws INVALID_ARGUMENT where the query cannot be read, or no message carries it.
 */
export function structuralKey(query: unknown): string {
  return keyOf(plainCopy('query', query))
}

function keyOf(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(keyOf).join(',')}]`
  if (value instanceof Uint8Array) return `b${value.join(' ')}`
  if (isPlainObject(value)) {
    const members = Object.entries(value).filter(([, member]) => member !== undefined)
    return `{${members.map(([name, member]) => `${JSON.stringify(name)}:${keyOf(member)}`).join(',')}}`
  }
  if (typeof value === 'string') return JSON.stringify(value)
  if (typeof value === 'object' && value !== null) return Object.prototype.toString.call(value)
  return Object.is(value, -0) ? '-0' : typeof value === 'bigint' ? `${value}n` : String(value)
}
