import type { Schema } from '../schema/schema.js'
import { decodeCursor } from './cursor.js'
import { invalidQuery } from './invalid-query.js'
import { DEFAULT_PAGE_LENGTH, MAX_PAGE_LENGTH, type OrderKey, type Query } from './query.js'

/**
 * Reads which page of the rows is asked for: its length from the front or the end, and the cursors around it. In errors
 * `prefix` stands before the names of members. Throws INVALID_QUERY.
 */
export function parsePage(
  { first, last, after, before, count = false }: Readonly<Record<string, unknown>>,
  order: readonly OrderKey[],
  schema: Schema,
  prefix = '',
  defaultLength = DEFAULT_PAGE_LENGTH,
): Pick<Query, 'first' | 'isBackward' | 'after' | 'before' | 'withCount'> {
  if (first !== undefined && last !== undefined) {
    throw invalidQuery(`${prefix}last`, 'first or last, not both', last)
  }
  const asked = first === undefined ? defaultLength : first
  if (typeof count !== 'boolean') throw invalidQuery(`${prefix}count`, 'true or false', count)
  return {
    first: last === undefined ? parseLength(asked, `${prefix}first`) : parseLength(last, `${prefix}last`),
    ...(last !== undefined && { isBackward: true }),
    ...(after !== undefined && { after: decodeCursor(after, order, schema, `${prefix}after`) }),
    ...(before !== undefined && { before: decodeCursor(before, order, schema, `${prefix}before`) }),
    ...(count && { withCount: true }),
  }
}

function parseLength(length: unknown, path: string): number {
  if (typeof length === 'number' && Number.isInteger(length) && length >= 1 && length <= MAX_PAGE_LENGTH) return length
  throw invalidQuery(path, `an integer from 1 to ${MAX_PAGE_LENGTH}`, length)
}
