import { type FilterValue, LIST_POSITION, type OrderKey, type Query, queryFieldType, type Schema } from '@rakko/core'
import type { Document, DocumentPage } from '../store.js'
import { valueWhereDeleted } from './compile-order.js'

/** What was found beside a page's rows. */
export interface Beside {
  readonly earlier: boolean
  readonly later: boolean
  readonly count: bigint | null
}

/** The page of what a statement gave: one document more than was asked for means that it goes on. */
export function pageOf(
  schema: Schema,
  query: Query,
  found: readonly Document[],
  { earlier, later, count }: Beside,
  positions: readonly bigint[] = [],
): DocumentPage {
  const hasMore = found.length > query.first
  const skipped = hasMore && query.isBackward ? 1 : 0
  const documents = hasMore ? found.slice(skipped, skipped + query.first) : found
  const keys = (index: number) =>
    query.order.map((key) => keyValue(schema, documents[index] as Document, key, positions[index + skipped]))
  return {
    documents,
    hasNextPage: later || (hasMore && !query.isBackward),
    hasPreviousPage: earlier || (hasMore && query.isBackward === true),
    ...(documents.length > 0 && { start: keys(0), end: keys(documents.length - 1) }),
    ...(query.withCount && { count: Number(count) }),
  }
}

/** What the document was sorted by. */
function keyValue(schema: Schema, document: Document, { field }: OrderKey, position: bigint | undefined): FilterValue {
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
    case LIST_POSITION:
      return position ?? 0n
    default: {
      const value = document.fields.get(field)
      if (!value) return valueWhereDeleted(queryFieldType(schema, field, 'orderBy'))
      if (value.type !== 'relation_list' && value.type !== 'pinned_relation_list') return value.value
      throw new Error('lists have no order')
    }
  }
}
