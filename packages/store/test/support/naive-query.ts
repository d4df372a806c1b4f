import { compareBytes, compareUtf8, type Filter, type FilterValue, type OrderKey, type Query } from '@rakko/core'
import type { Document } from '../../src/store.js'

/** What a query means, said without SQL: a filter, a sort and a page over all documents of its schema. */
export function naiveQuery(documents: readonly Document[], query: Query): Document[] {
  return documents
    .filter((document) => document.deleted === false || mentionsDeleted(query.filter))
    .filter((document) => passes(document, query.filter))
    .sort((a, b) => compareByKeys(a, b, query.order))
}

function mentionsDeleted(filter: Filter): boolean {
  if (filter.kind === 'compare') return filter.field === '$deleted'
  if (filter.kind === 'search') return false
  return filter.kind === 'not' ? mentionsDeleted(filter.filter) : filter.filters.some(mentionsDeleted)
}

function passes(document: Document, filter: Filter): boolean {
  switch (filter.kind) {
    case 'and':
      return filter.filters.every((member) => passes(document, member))
    case 'or':
      return filter.filters.some((member) => passes(document, member))
    case 'not':
      return !passes(document, filter.filter)
    case 'search':
      throw new Error('only PostgreSQL knows what a word is')
    case 'compare':
      return compares(document, filter)
  }
}

function compares(document: Document, { field, operator, values }: Extract<Filter, { kind: 'compare' }>): boolean {
  const stored = fieldValue(document, field)
  // A deleted document has no fields; nothing is true of them.
  if (stored === undefined) return false
  const isIn = Array.isArray(stored)
    ? stored.some((element) => values.some((value) => compare(element, value) === 0))
    : values.some((value) => compare(stored as FilterValue, value) === 0)
  if (operator === 'in') return isIn
  if (operator === 'notIn') return !isIn
  const [value] = values as [FilterValue]
  const order = compare(stored as FilterValue, value)
  switch (operator) {
    case 'eq':
      return order === 0
    case 'notEq':
      return order !== 0
    case 'gt':
      return order > 0
    case 'gte':
      return order >= 0
    case 'lt':
      return order < 0
    case 'lte':
      return order <= 0
    case 'contains':
      return String(stored).includes(String(value))
    case 'notContains':
      return !String(stored).includes(String(value))
  }
}

function compareByKeys(a: Document, b: Document, order: readonly OrderKey[]): number {
  for (const { field, direction } of order) {
    const difference = compare(sortValue(a, b, field), sortValue(b, a, field))
    if (difference !== 0) return direction === 'asc' ? difference : -difference
  }
  return 0
}

/** A deleted document sorts as the empty value of the field's type, which `other` may tell. */
function sortValue(document: Document, other: Document, field: string): FilterValue {
  const value = fieldValue(document, field) as FilterValue | undefined
  if (value !== undefined) return value
  const model = fieldValue(other, field)
  if (typeof model === 'boolean') return false
  if (typeof model === 'bigint') return 0n
  if (typeof model === 'number') return 0
  return model instanceof Uint8Array ? new Uint8Array() : ''
}

function fieldValue(document: Document, field: string): FilterValue | readonly string[] | undefined {
  switch (field) {
    case '$id':
      return document.id
    case '$viewId':
      return document.viewId
    case '$owner':
      return document.owner
    case '$signer':
      return document.signer
    case '$edited':
      return document.edited
    case '$deleted':
      return document.deleted
    default:
      return document.fields.get(field)?.value
  }
}

/** Text by code points, bytes by bytes, NaN equal to itself and above all numbers, −0 equal to 0. */
function compare(a: FilterValue, b: FilterValue): number {
  if (typeof a === 'string' && typeof b === 'string') return compareUtf8(a, b)
  if (a instanceof Uint8Array && b instanceof Uint8Array) return compareBytes(a, b)
  if (Number.isNaN(a) || Number.isNaN(b)) return Number(Number.isNaN(a)) - Number(Number.isNaN(b))
  if (a === b) return 0
  return a < b ? -1 : 1
}
