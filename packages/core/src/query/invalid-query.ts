import type { RakkoError } from '../rakko-error.js'
import { refusal } from '../refusal.js'
import { typeName } from './plain-object.js'

/** An INVALID_QUERY error. `field` is the path from the root of the query, as in `where.$or[1].capacity.gte`. */
export function invalidQuery(field: string, expected: string, got: unknown): RakkoError {
  return refusal('INVALID_QUERY', { field, expected, got: describe(got), about: `Invalid query, ${field}` })
}

function describe(value: unknown): string {
  if (value === null || value === undefined) return String(value)
  if (typeof value === 'string') return `'${value.slice(0, 100)}'`
  if (typeof value === 'bigint') return `${value}n`
  if (typeof value === 'number' || typeof value === 'boolean') return Object.is(value, -0) ? '-0' : String(value)
  if (Array.isArray(value)) return `a list of ${value.length}`
  return value instanceof Uint8Array ? `${value.length} bytes` : typeName(value)
}
