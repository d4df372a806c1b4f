import {
  type DocumentId,
  type DocumentViewId,
  type OperationId,
  operationIdsOf,
  reduceAt,
  unlessInvalid,
} from '@rakko/core'
import type { LedgerQueries } from '../transaction/database.js'
import { costOf, MAX_HISTORIES_AT_ONCE, measureHistories } from './history-sizes.js'
import { readLongHistories, readOperations } from './long-history.js'
import { type NumberedOperation, readStoredDocuments } from './stored-operations.js'

/** All operations of a document, by the id of each of them. */
export type Histories = ReadonlyMap<OperationId, readonly NumberedOperation[]>

/**
 * Operations of the documents that these belong to: the stored ones, in one statement, and those that the ledger adds.
 * Unknown ids are left out, and so are operations without their payload.
 */
export function loadHistories(queries: LedgerQueries, operationIds: Iterable<OperationId>): Promise<Histories> {
  return load(queries, operationIds, (stored) => readStoredDocuments(queries, stored))
}

/**
 * As `loadHistories`, of documents that are reduced at these views alone. Where they are too large to be in memory side
 * by side, they are read in pieces. Then long values are left out, but for those that the views have.
 */
export function loadHistoriesOf(queries: LedgerQueries, viewIds: readonly DocumentViewId[]): Promise<Histories> {
  const shortened = new Set<OperationId>()
  const histories = load(queries, viewIds.flatMap(operationIdsOf), async (stored) => {
    const sizes = [...(await measureHistories(queries, stored)).values()]
    const cost = sizes.reduce((sum, size) => sum + costOf(size), 0)
    if (cost <= MAX_HISTORIES_AT_ONCE) return readStoredDocuments(queries, stored)
    const long = await readLongHistories(queries, stored)
    for (const id of long.shortened) shortened.add(id)
    return long.documents
  })
  return histories.then((found) => (shortened.size === 0 ? found : withWinners(queries, found, viewIds, shortened)))
}

/** The same with whole operations in place of shortened ones, where a view has a value of them. */
async function withWinners(
  queries: LedgerQueries,
  histories: Histories,
  viewIds: readonly DocumentViewId[],
  shortened: ReadonlySet<OperationId>,
): Promise<Histories> {
  const winners = viewIds.flatMap((viewId) => {
    const [tip] = operationIdsOf(viewId)
    const history = tip && histories.get(tip)
    const view = history && unlessInvalid(() => reduceAt(history, viewId))
    return [...(view?.fields.values() ?? [])].flatMap(({ operationId }) => operationId ?? [])
  })
  const wanted = new Set(winners.filter((id) => shortened.has(id)))
  const whole = new Map((await readOperations(queries, wanted)).map(({ id, operation }) => [id, operation]))
  const replaced = [...new Set(histories.values())].map((history) =>
    history.map((one) => ({ ...one, operation: whole.get(one.id) ?? one.operation })),
  )
  return byOperation(replaced)
}

function byOperation(histories: readonly (readonly NumberedOperation[])[]): Histories {
  return new Map(histories.flatMap((history) => history.map(({ id }) => [id, history] as const)))
}

async function load(
  queries: LedgerQueries,
  operationIds: Iterable<OperationId>,
  read: (stored: ReadonlySet<OperationId>) => ReturnType<typeof readStoredDocuments>,
): Promise<Histories> {
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
    for (const { id, operations, authors } of new Set((await read(stored)).values())) {
      for (const [publicKey, number] of authors) ledger.authorNumbers.set(publicKey, number)
      const added = ledger.documents.get(id)?.added
      histories.push(added ? [...operations, ...added] : operations)
    }
  }
  return byOperation(histories)
}
