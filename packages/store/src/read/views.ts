import {
  type DocumentId,
  type DocumentViewId,
  documentHistory,
  type OperationId,
  operationIdsOf,
  RakkoError,
  type ReducedDocument,
  reduceAt,
  refusal,
} from '@rakko/core'
import { costOf, MAX_HISTORIES_AT_ONCE, measureHistories } from '../load/history-sizes.js'
import { readLongHistories, withLongValues } from '../load/long-history.js'
import { readStoredDocuments, type StoredDocument } from '../load/stored-operations.js'
import type { Document, DocumentHistory } from '../store.js'
import type { Database } from '../transaction/database.js'
import { MAX_READ_BYTES } from './read-limits.js'

/**
 * Documents at any views, latest or past, reduced from their operations. They are measured, then read in one statement.
 * Where that would be too much at once, they are read view after view and in pieces.
 */
export async function readViews(
  database: Database,
  viewIds: readonly DocumentViewId[],
): Promise<(Document | RakkoError | undefined)[]> {
  const queries = database.reading()
  const ids = new Set(viewIds.flatMap(operationIdsOf))
  const sizes = [...(await measureHistories(queries, ids)).values()]
  if (sizes.reduce((sum, size) => sum + costOf(size), 0) <= MAX_HISTORIES_AT_ONCE) {
    const documents = await readStoredDocuments(queries, ids)
    return viewIds.map((viewId) => unlessError(viewAt(documents, viewId)))
  }
  const views: (Document | RakkoError | undefined)[] = []
  for (const viewId of viewIds) {
    const long = await readLongHistories(queries, operationIdsOf(viewId))
    const found = viewAt(long.documents, viewId)
    const isFound = found && !(found instanceof RakkoError)
    const whole = isFound ? { ...found, view: await withLongValues(queries, found.view, long) } : found
    views.push(unlessError(whole))
  }
  return views
}

/** Undefined where the document is unknown. Throws PURGED, and HISTORY_TOO_LARGE before anything of it is read. */
export async function readHistory(database: Database, documentId: DocumentId): Promise<DocumentHistory | undefined> {
  const queries = database.reading()
  const ids = [documentId as string as OperationId]
  for (const size of (await measureHistories(queries, ids)).values()) {
    if (costOf(size) > MAX_READ_BYTES) throw historyTooLarge(costOf(size))
  }
  const document = (await readStoredDocuments(queries, ids)).get(documentId)
  if (document?.id !== documentId) return undefined
  if (document.isPurged) throw purged(document)
  const schemaId = document.operations[0]?.operation.schemaId
  return schemaId && { schemaId, operations: documentHistory(document.operations) }
}

function historyTooLarge(bytes: number): RakkoError {
  const about = 'The history of a document is too large (ask for its views)'
  return refusal('HISTORY_TOO_LARGE', { expected: `at most ${MAX_READ_BYTES} bytes`, got: `${bytes} bytes`, about })
}

interface Found {
  readonly view: ReducedDocument
  readonly deleted: boolean
}

function unlessError(found: Found | RakkoError | undefined): Document | RakkoError | undefined {
  return found && !(found instanceof RakkoError) ? documentOf(found.view, found.deleted) : found
}

function viewAt(
  documents: ReadonlyMap<OperationId, StoredDocument>,
  viewId: DocumentViewId,
): Found | RakkoError | undefined {
  const named = new Set(operationIdsOf(viewId).map((id) => documents.get(id)))
  if (named.has(undefined)) return undefined
  const [document] = named
  if (!document) return undefined
  if (named.size > 1) {
    return new RakkoError('DIFFERENT_DOCUMENTS', 'The operations of a view belong to one document', { viewId })
  }
  if (document.isPurged) return purged(document)
  return { view: reduceAt(document.operations, viewId), deleted: document.isDeleted }
}

function documentOf(view: ReducedDocument, deleted: boolean): Document {
  const { documentId: id, viewId, follow, schemaId, owner, signer, edited } = view
  const fields = new Map([...view.fields].map(([name, { value }]) => [name, value]))
  return { id, viewId, follow, schemaId, owner, signer, edited, deleted, fields }
}

function purged({ id: documentId }: StoredDocument): RakkoError {
  return new RakkoError('PURGED', `The payloads of the deleted document ${documentId} were dropped`, { documentId })
}
