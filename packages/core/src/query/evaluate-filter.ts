import { bytesToHex } from '../bytes/hex.js'
import { compareValues } from './compare-values.js'
import { containsText } from './contains-text.js'
import type { DocumentReader } from './document-reader.js'
import type { Filter, FilterValue } from './query.js'

type Comparison = Extract<Filter, { kind: 'compare' }>

/**
 * Whether a filter holds for a document, as its SQL would say. Undefined where what is known of the document is not
 * enough. Nothing is true of a deleted document's fields, not even `notEq`.
 */
export function evaluateFilter(filter: Filter, read: DocumentReader): boolean | undefined {
  switch (filter.kind) {
    case 'and':
      return evaluateAll(filter.filters, read, false)
    case 'or':
      return evaluateAll(filter.filters, read, true)
    case 'not': {
      const inner = evaluateFilter(filter.filter, read)
      return inner === undefined ? undefined : !inner
    }
    case 'search':
      // Only PostgreSQL can tell what a word is.
      return undefined
    case 'compare':
      return evaluateComparison(filter, read)
  }
}

/** One member that is `decisive` decides. Otherwise one unknown member makes the whole unknown. */
function evaluateAll(filters: readonly Filter[], read: DocumentReader, decisive: boolean): boolean | undefined {
  let isKnown = true
  for (const filter of filters) {
    const result = evaluateFilter(filter, read)
    if (result === decisive) return decisive
    if (result === undefined) isKnown = false
  }
  return isKnown ? !decisive : undefined
}

function evaluateComparison({ field, operator, values }: Comparison, read: DocumentReader): boolean | undefined {
  const stored = read(field)
  if (stored === undefined) return undefined
  if (stored === null) return false
  if (operator === 'in' || operator === 'notIn') {
    const elements: readonly FilterValue[] = isList(stored) ? stored : [stored]
    const set = setOf(values)
    const isWithin = elements.some((element) => set.has(comparable(element)))
    return isWithin === (operator === 'in')
  }
  const [value] = values
  if (value === undefined || isList(stored)) throw new Error(`a comparison by ${operator} has no value`)
  return compare(stored, operator, value)
}

const sets = new WeakMap<readonly FilterValue[], ReadonlySet<unknown>>()

/** The values of a filter to be looked up in: elements of a list times values would be too much work. */
function setOf(values: readonly FilterValue[]): ReadonlySet<unknown> {
  const known = sets.get(values)
  if (known) return known
  const set = new Set<unknown>(values.map(comparable))
  sets.set(values, set)
  return set
}

/** Equal in a Set exactly where `compareValues` gives 0: there NaN equals itself as well, and −0 equals 0. */
function comparable(value: FilterValue): unknown {
  return value instanceof Uint8Array ? bytesToHex(value) : value
}

function compare(stored: FilterValue, operator: Exclude<Comparison['operator'], 'in' | 'notIn'>, value: FilterValue) {
  switch (operator) {
    case 'contains':
      return containsText(String(stored), String(value))
    case 'notContains':
      return !containsText(String(stored), String(value))
    case 'eq':
      return compareValues(stored, value) === 0
    case 'notEq':
      return compareValues(stored, value) !== 0
    case 'gt':
      return compareValues(stored, value) > 0
    case 'gte':
      return compareValues(stored, value) >= 0
    case 'lt':
      return compareValues(stored, value) < 0
    case 'lte':
      return compareValues(stored, value) <= 0
  }
}

function isList(value: FilterValue | readonly string[]): value is readonly string[] {
  return Array.isArray(value)
}
