import {
  type DocumentId,
  type DocumentViewId,
  type OperationId,
  operationIdsOf,
  RakkoError,
  type ReducedDocument,
  reduceAt,
} from '@rakko/core'
import type { Document } from '../store.js'
import type { MemoryData, MemoryDocument } from './memory-data.js'

/** A document as it was at a view, see `DocumentStore.views`. */
export function viewAt(data: MemoryData, viewId: DocumentViewId): Document | RakkoError | undefined {
  const documents = new Set(operationIdsOf(viewId).map((id) => documentOf(data, id)))
  const [document] = documents
  if (!document || documents.has(undefined)) return undefined
  if (documents.size > 1) {
    return new RakkoError('DIFFERENT_DOCUMENTS', 'The operations of a view belong to one document', { viewId })
  }
  if (document.isPurged) return purged(document.view.documentId)
  return documentAt(reduceAt(document.operations, viewId), document.view.deleted)
}

export function latestDocument(document: MemoryDocument | undefined): Document | undefined {
  return document && documentAt(document.view, document.view.deleted)
}

export function purged(documentId: DocumentId): RakkoError {
  return new RakkoError('PURGED', `The payloads of the deleted document ${documentId} were dropped`, { documentId })
}

function documentOf(data: MemoryData, id: OperationId): MemoryDocument | undefined {
  const documentId = data.held(id)?.documentId
  return documentId && data.documents.get(documentId)
}

function documentAt(view: ReducedDocument, deleted: boolean): Document {
  const { documentId: id, viewId, follow, schemaId, owner, signer, edited } = view
  const fields = new Map([...view.fields].map(([name, { value }]) => [name, value]))
  return { id, viewId, follow, schemaId, owner, signer, edited, deleted, fields }
}
