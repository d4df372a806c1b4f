import type { DocumentId, OperationId } from '@rakko/core'
import type { LedgerQueries } from '../transaction/database.js'
import { type NumberedOperation, readStoredDocuments } from './stored-operations.js'

/** All operations of a document, by the id of each of them. */
export type Histories = ReadonlyMap<OperationId, readonly NumberedOperation[]>

/**
 * Operations of the documents that these belong to: the stored ones, in one statement, and those that the ledger adds.
 * Unknown ids are left out, and so are operations without their payload.
 */
export async function loadHistories(queries: LedgerQueries, operationIds: Iterable<OperationId>): Promise<Histories> {
  const { ledger } = queries
  const stored = new Set<OperationId>()
  const histories: (readonly NumberedOperation[])[] = []
  const seen = new Set<DocumentId>()
  for (const id of operationIds) {
    const document = ledger.documentOf(id)
    if (!document) stored.add(id)
    else if (!document.isNew) stored.add(document.id)
    else if (!seen.has(document.id)) histories.push(document.added)
    if (document) seen.add(document.id)
  }
  if (stored.size > 0) {
    for (const { id, operations, authors } of new Set((await readStoredDocuments(queries, stored)).values())) {
      for (const [publicKey, number] of authors) ledger.authorNumbers.set(publicKey, number)
      const added = ledger.documents.get(id)?.added
      histories.push(added ? [...operations, ...added] : operations)
    }
  }
  return new Map(histories.flatMap((history) => history.map(({ id }) => [id, history] as const)))
}
