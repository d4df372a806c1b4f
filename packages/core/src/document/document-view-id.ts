import { hexToBytes } from '../bytes/hex.js'
import { HASH_HEX_DIGITS, hash, parseHash } from '../hash/hash.js'
import type { DocumentViewId, Hash, OperationId } from '../ids.js'
import type { RakkoError } from '../rakko-error.js'
import { refusal } from '../refusal.js'

/**
 * A document view id names the tips of a document's graph. It is at least one operation id, ascending, none twice,
 * joined by `_`.
 */

/** Splits a text at `_`, lower-cases the ids and checks them. Throws INVALID_DOCUMENT_VIEW_ID or INVALID_HASH. */
export function parseDocumentViewId(text: string, field = 'viewId'): DocumentViewId {
  if (typeof text !== 'string') throw invalid(field, 'text', typeof text)
  if (text === '') throw invalid(field, 'one or more operation ids', 'none')
  return checkDocumentViewId(
    text.split('_').map((id) => parseHash(id, field) as OperationId),
    field,
  )
}

/** Joins ids, which must be ascending and unique already. Throws INVALID_DOCUMENT_VIEW_ID. */
export function checkDocumentViewId(ids: readonly OperationId[], field = 'viewId'): DocumentViewId {
  if (ids.length === 0) throw invalid(field, 'one or more operation ids', 'none')
  for (let i = 1; i < ids.length; i++) {
    const [before, after] = [ids[i - 1] as OperationId, ids[i] as OperationId]
    if (before >= after) throw invalid(field, 'ascending operation ids, none twice', `${before} before ${after}`)
  }
  return ids.join('_') as DocumentViewId
}

/** Sorts ids, drops repeated ones and joins the rest. Throws INVALID_DOCUMENT_VIEW_ID where there is no id. */
export function documentViewIdFromTips(tips: Iterable<OperationId>): DocumentViewId {
  return checkDocumentViewId([...new Set(tips)].sort())
}

/** The operation ids of a view id, ascending. */
export function operationIdsOf(viewId: DocumentViewId): OperationId[] {
  // Mostly it is one id, and to look for a second takes longer than this.
  if (viewId.length === HASH_HEX_DIGITS) return [viewId as string as OperationId]
  return viewId.split('_') as OperationId[]
}

/** A short name for a view: the hash of its ids' bytes, in order. */
export function hashDocumentViewId(viewId: DocumentViewId): Hash {
  return hash(hexToBytes(viewId.replaceAll('_', '')))
}

function invalid(field: string, expected: string, got: string): RakkoError {
  return refusal('INVALID_DOCUMENT_VIEW_ID', { field, expected, got, about: `Invalid document view id in ${field}` })
}
