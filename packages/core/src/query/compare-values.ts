import { compareBytes } from '../bytes/byte-array.js'
import { compareUtf8 } from '../bytes/utf8.js'
import type { FilterValue } from './query.js'

/**
 * The one order of values of a type, in filters and orders alike. Negative where `a` comes first, 0 where the two are
 * the same. Text and bytes by their bytes, false before true, NaN equal to itself and above Infinity, −0 equal to 0.
 */
export function compareValues(a: FilterValue, b: FilterValue): number {
  if (typeof a === 'string' && typeof b === 'string') return compareUtf8(a, b)
  if (a instanceof Uint8Array && b instanceof Uint8Array) return compareBytes(a, b)
  if (a === b) return 0
  const isNan = Number.isNaN(a)
  if (isNan || Number.isNaN(b)) return Number(isNan) - Number(Number.isNaN(b))
  return a < b ? -1 : 1
}
