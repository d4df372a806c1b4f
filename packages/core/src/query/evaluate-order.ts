import type { Schema } from '../schema/schema.js'
import { compareValues } from './compare-values.js'
import type { DocumentReader } from './document-reader.js'
import type { FilterValue, OrderKey } from './query.js'
import { orderKeyType, queryRules } from './query-field.js'

/** What a document is sorted by, one value for each key; undefined where one of them is not known. */
export function orderValues(
  order: readonly OrderKey[],
  schema: Schema,
  read: DocumentReader,
): readonly FilterValue[] | undefined {
  const values: FilterValue[] = []
  for (const { field } of order) {
    const known = read(field)
    if (known === undefined) return undefined
    const value = known ?? queryRules(orderKeyType(schema, field, 'orderBy')).whereDeleted
    if (typeof value === 'object' && !(value instanceof Uint8Array)) throw new Error('lists have no order')
    values.push(value)
  }
  return values
}

/** Negative where the document sorted by `a` comes before that sorted by `b`; 0 only where both are one document. */
export function compareOrder(order: readonly OrderKey[], a: readonly FilterValue[], b: readonly FilterValue[]): number {
  for (const [index, { direction }] of order.entries()) {
    const difference = compareValues(a[index] as FilterValue, b[index] as FilterValue)
    if (difference !== 0) return direction === 'asc' ? difference : -difference
  }
  return 0
}
