import { type OperationId, type ReducedDocument, reduce } from '@rakko/core'
import type { Session } from '../driver/driver.js'
import type { Names } from '../sql/names.js'
import { loadHistories } from './history.js'
import type { DocumentState, Ledger } from './ledger.js'

/** What a transaction makes of a document. */
export interface Materialised {
  readonly document: DocumentState
  /** Its latest view. In a stored document whose view was merely followed, `fields` are those that were set. */
  readonly view: ReducedDocument
  /** Arrival number of an operation of this document. */
  numberOf(id: OperationId): number | undefined
}

/**
 * The latest views of all documents that the ledger changes. Those that were only followed are known already; where
 * there was a merge or a concurrent operation, the whole graph is read and reduced: one statement for all of them.
 */
export async function materialise(session: Session, names: Names, ledger: Ledger): Promise<Materialised[]> {
  const changed = [...ledger.documents.values()].filter(({ isChanged }) => isChanged)
  const merged = changed.filter(({ view }) => !view)
  const ids = merged.map(({ id }) => id)
  const histories = await loadHistories(session, names, ledger, ids)
  return changed.map((document) => {
    const operations = (document.view ? undefined : histories.get(document.id)) ?? document.added
    const view = document.view ?? reduce(operations)
    return { document, view, numberOf: (id) => operations.find((operation) => operation.id === id)?.number }
  })
}
