import { checkDocumentViewId } from '../document/document-view-id.js'
import { hashFromBytes } from '../hash/hash.js'
import type { DocumentId, DocumentViewId, OperationId } from '../ids.js'
import type { RakkoError } from '../rakko-error.js'
import { refusal } from '../refusal.js'

export function documentIdFromWire(field: string, bytes: Uint8Array): DocumentId {
  try {
    return hashFromBytes(bytes, field) as DocumentId
  } catch (cause) {
    throw invalidField(field, 'relation (a document id of 34 bytes)', `${bytes.length} bytes that are no hash`, cause)
  }
}

export function viewIdFromWire(field: string, ids: readonly OperationId[]): DocumentViewId {
  try {
    return checkDocumentViewId(ids)
  } catch (cause) {
    const got = ids.length === 0 ? 'no operation id' : 'operation ids out of order'
    throw invalidField(field, 'a document view id, ascending and not empty', got, cause)
  }
}

export function invalidField(field: string, expected: string, got: string, cause?: unknown): RakkoError {
  return refusal('INVALID_FIELD', { field, expected, got, about: `Invalid field '${field}'`, cause })
}
