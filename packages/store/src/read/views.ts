import {
  type DocumentId,
  type DocumentViewId,
  documentHistory,
  type OperationId,
  operationIdsOf,
  RakkoError,
  type ReducedDocument,
  reduceAt,
} from '@rakko/core'
import { readStoredDocuments, type StoredDocument } from '../load/stored-operations.js'
import type { Document, DocumentHistory } from '../store.js'
import type { Database } from '../transaction/database.js'

/** Documents at any views, latest or past, reduced from their operations: one statement, however many. */
export async function readViews(
  database: Database,
  viewIds: readonly DocumentViewId[],
): Promise<(Document | RakkoError | undefined)[]> {
  const documents = await readStoredDocuments(database.reading(), new Set(viewIds.flatMap(operationIdsOf)))
  return viewIds.map((viewId) => viewAt(documents, viewId))
}

/** Undefined where the document is unknown. Throws PURGED. */
export async function readHistory(database: Database, documentId: DocumentId): Promise<DocumentHistory | undefined> {
  const document = (await readStoredDocuments(database.reading(), [documentId])).get(documentId)
  if (document?.id !== documentId) return undefined
  if (document.isPurged) throw purged(document)
  const schemaId = document.operations[0]?.operation.schemaId
  return schemaId && { schemaId, operations: documentHistory(document.operations) }
}

function viewAt(
  documents: ReadonlyMap<OperationId, StoredDocument>,
  viewId: DocumentViewId,
): Document | RakkoError | undefined {
  const named = new Set(operationIdsOf(viewId).map((id) => documents.get(id)))
  if (named.has(undefined)) return undefined
  const [document] = named
  if (!document) return undefined
  if (named.size > 1) {
    return new RakkoError('DIFFERENT_DOCUMENTS', 'The operations of a view belong to one document', { viewId })
  }
  if (document.isPurged) return purged(document)
  return documentOf(reduceAt(document.operations, viewId), document.isDeleted)
}

function documentOf(view: ReducedDocument, deleted: boolean): Document {
  const { documentId: id, viewId, follow, schemaId, owner, signer, edited } = view
  const fields = new Map([...view.fields].map(([name, { value }]) => [name, value]))
  return { id, viewId, follow, schemaId, owner, signer, edited, deleted, fields }
}

function purged({ id: documentId }: StoredDocument): RakkoError {
  return new RakkoError('PURGED', `The payloads of the deleted document ${documentId} were dropped`, { documentId })
}
