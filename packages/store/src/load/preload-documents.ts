import { type DocumentId, type OperationId, operationIdsOf, type PublicKey, type SchemaId } from '@rakko/core'
import { type PayloadLessItem, previousOf, type ReceivedItem } from '../decide/received-item.js'
import { Bulk } from '../sql/bulk.js'
import { hexColumn, integerColumn } from '../sql/column.js'
import { sql } from '../sql/sql.js'
import type { LedgerQueries } from '../transaction/database.js'
import { addRows, type DocumentQuestion, type DocumentRow, documentCells, logJoin } from './document-rows.js'

/**
 * What the items of a batch ask, each question once. An operation that names another of the batch belongs to the same
 * document as the one that it names. The author's log there may be stored, though neither operation is.
 *
 * What an item names is of one document, or the item is not accepted. So the first of it stands for the document when
 * the author's log is asked for: a merge of ten thousand tips asks for one log.
 */
export function documentQuestions(items: readonly (ReceivedItem | PayloadLessItem)[]): DocumentQuestion[] {
  const writers = new Map<OperationId, Set<PublicKey>>()
  const ask = (operationId: OperationId): Set<PublicKey> => {
    const known = writers.get(operationId) ?? new Set()
    writers.set(operationId, known)
    return known
  }
  /** By the hash of an entry of the batch, an operation of its document that may be stored. */
  const standsFor = new Map<string, OperationId>()
  for (const item of items) {
    const previous = previousOf(item)
    const named = previous === undefined ? [] : operationIdsOf(previous)
    for (const id of named) ask(id)
    const [first] = named
    if (first === undefined) continue
    const { publicKey } = item.entry
    ask(first).add(publicKey)
    // Asked for as well. The first may be stored already, and be published again with what builds on it.
    const stored = standsFor.get(first) ?? first
    ask(stored).add(publicKey)
    standsFor.set(item.entryHash, stored)
  }
  return [...writers].flatMap(([operationId, keys]): DocumentQuestion[] =>
    keys.size === 0 ? [{ operationId }] : [...keys].map((publicKey) => ({ operationId, publicKey })),
  )
}

/** A question by its place in their list, and the number of the author, if there is one. */
interface NumberedQuestion {
  readonly place: number
  readonly operationId: OperationId
  readonly author: number | undefined
}

const QUESTIONS = new Bulk<NumberedQuestion>({
  place: integerColumn(({ place }) => place),
  operation_id: hexColumn(({ operationId }) => operationId),
  author: integerColumn(({ author }) => author),
})

/**
 * Reads documents into the ledger, which has read the authors, in one statement. A stranger decides how long view ids
 * are, so a view id is read once for each document.
 */
export async function preloadDocuments(queries: LedgerQueries, questions: readonly DocumentQuestion[]): Promise<void> {
  const { names, ledger } = queries
  const numbered = questions.map(({ operationId, publicKey }, place) => {
    return { place, operationId, author: publicKey && ledger.authors.get(publicKey)?.number }
  })
  const isFirst = numbered.length === 1 ? sql`true` : sql`row_number() OVER (PARTITION BY d.number) = 1`
  const id = sql`CASE WHEN e.number <> d.number THEN d.id END`
  const { rows } = await queries.query<DocumentRow>(
    sql`SELECT ${documentCells(names, { id, isFirst })}
     FROM ${QUESTIONS.source(numbered)}
       JOIN ${names.table('entries')} AS e ON e.hash = u.operation_id
       JOIN ${names.table('documents')} AS d ON d.number = e.document
       ${logJoin(names)}`,
  )
  await addRows(queries, questions, rows)
}

/** A document that an author is about to change. */
export interface DocumentTarget {
  readonly documentId: DocumentId
  readonly schemaId: SchemaId
}

const TARGETS = new Bulk<{ place: number; schema: number; id: DocumentId; author: number | undefined }>({
  place: integerColumn(({ place }) => place),
  schema: integerColumn(({ schema }) => schema),
  id: hexColumn(({ id }) => id),
  author: integerColumn(({ author }) => author),
})

/**
 * The same for documents of which the schema is known, each named once by its own id: half the work. What is not found
 * so is asked for as above, since another schema may have been meant.
 */
export async function preloadTargets(
  queries: LedgerQueries,
  publicKey: PublicKey,
  targets: readonly DocumentTarget[],
): Promise<void> {
  const { names, ledger } = queries
  const questions = targets.map(({ documentId }) => ({ operationId: documentId as string as OperationId, publicKey }))
  const author = ledger.authors.get(publicKey)?.number
  const numbered = targets.flatMap(({ documentId: id, schemaId }, place) => {
    const known = ledger.knownSchema(schemaId)
    return known ? [{ place, schema: known.number, id, author }] : []
  })
  if (numbered.length > 0) {
    const { rows } = await queries.query<DocumentRow>(
      sql`SELECT ${documentCells(names, { id: sql`NULL::bytea`, isFirst: sql`true` })}
       FROM ${TARGETS.source(numbered)}
         JOIN ${names.table('documents')} AS d ON d.schema = u.schema AND d.id = u.id
         ${logJoin(names)}`,
    )
    await addRows(queries, questions, rows)
  }
  const others = questions.filter(({ operationId }) => !ledger.documents.has(operationId))
  if (others.length > 0) await preloadDocuments(queries, others)
}
