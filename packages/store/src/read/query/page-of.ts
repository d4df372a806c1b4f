import { type FilterValue, LIST_POSITION, orderValues, type Query, RANK, readDocument, type Schema } from '@rakko/core'
import type { Document, DocumentPage } from '../../store.js'

/** What was found beside a page's rows. */
export interface Beside {
  readonly earlier: boolean
  readonly later: boolean
  readonly count: bigint | null
}

export const NOTHING_BESIDE: Beside = { earlier: false, later: false, count: null }

/** What a row is sorted by beside the document's own values. */
export interface Place {
  /** In an included list, from 1. */
  readonly position?: bigint
  readonly rank?: number
}

/**
 * Makes a page of a statement's rows. One document more than was asked for means that the page goes on. A list included
 * without its page needs no cursors, since nobody can go on from it.
 */
export function pageOf(
  schema: Schema,
  query: Query,
  found: readonly Document[],
  { earlier, later, count }: Beside,
  { places = [], hasCursors = true }: { places?: readonly Place[]; hasCursors?: boolean } = {},
): DocumentPage {
  const hasMore = found.length > query.first
  const skipped = hasMore && query.isBackward ? 1 : 0
  const documents = hasMore ? found.slice(skipped, skipped + query.first) : found
  const keys = (index: number): readonly FilterValue[] => {
    const read = readDocument(documents[index] as Document)
    const { position = 0n, rank = 0 } = places[index + skipped] ?? {}
    const beside = new Map<string, FilterValue>([
      [LIST_POSITION, position],
      [RANK, rank],
    ])
    const values = orderValues(query.order, schema, (field) => beside.get(field) ?? read(field))
    if (!values) throw new Error('a document was read without what it is sorted by')
    return values
  }
  return {
    documents,
    hasNextPage: later || (hasMore && !query.isBackward),
    hasPreviousPage: earlier || (hasMore && query.isBackward === true),
    ...(hasCursors && documents.length > 0 && { start: keys(0), end: keys(documents.length - 1) }),
    ...(query.withCount && { count: Number(count) }),
  }
}
