import type { Operation, OperationId, OperationValue, ReducedDocument } from '@rakko/core'
import { hexArray } from '../sql/column.js'
import { sql } from '../sql/sql.js'
import type { LedgerQueries } from '../transaction/database.js'
import { groupBySize, historyOf, MAX_HISTORIES_AT_ONCE } from './history-sizes.js'
import {
  type OperationRow,
  operationCells,
  operationsOf,
  type ReadOperation,
  type StoredDocument,
  StoredDocuments,
} from './stored-operations.js'

/** Documents whose histories are too large to be in memory as a whole. */
export interface LongHistories {
  /**
   * By the id of each of their operations. Of these long values are left out: the order needs none, and of all values
   * few win.
   */
  readonly documents: ReadonlyMap<OperationId, StoredDocument>
  /** Operations with values that were left out. */
  readonly shortened: ReadonlySet<OperationId>
}

/** Longer values are left out. */
const MAX_KEPT_LENGTH = 64

/** As `readStoredDocuments`, read in pieces. */
export async function readLongHistories(queries: LedgerQueries, ids: Iterable<OperationId>): Promise<LongHistories> {
  const { names } = queries
  const history = historyOf(names, ids)
  const { rows: sizes } = await queries.query<{ number: bigint; bytes: number | null }>(
    sql`${history} SELECT number, octet_length(operation) AS bytes FROM history ORDER BY number`,
  )
  const documents = new StoredDocuments()
  const shortened = new Set<OperationId>()
  for (const piece of groupBySize(sizes, ({ bytes }) => bytes ?? 0, MAX_HISTORIES_AT_ONCE / 2)) {
    const [first, last] = [piece[0]?.number ?? 0n, piece.at(-1)?.number ?? 0n]
    const { rows } = await queries.query<OperationRow>(
      sql`${history} SELECT ${operationCells(names)} AND e.number BETWEEN ${first}::bigint AND ${last}::bigint
        ORDER BY e.number`,
    )
    const operations = (await operationsOf(queries, rows)).map((read) => {
      const operation = read.operation && shorten(read.operation)
      if (operation !== read.operation) shortened.add(read.id)
      return { ...read, operation }
    })
    documents.add(rows, operations)
  }
  return { documents: documents.byOperation, shortened }
}

/** A document that was reduced from a long history, with the values that were left out of the operations that won. */
export async function withLongValues(
  queries: LedgerQueries,
  view: ReducedDocument,
  { shortened }: LongHistories,
): Promise<ReducedDocument> {
  const fields = new Map(view.fields)
  const winners = new Set([...fields.values()].flatMap(({ operationId }) => operationId))
  for (const id of winners) {
    if (!shortened.has(id)) continue
    for (const { operation } of await readOperations(queries, [id])) {
      for (const [name, value] of operation?.fields ?? []) {
        if (fields.get(name)?.operationId === id) fields.set(name, { value, operationId: id })
      }
    }
  }
  return { ...view, fields }
}

/** These operations with all their values. */
export async function readOperations(queries: LedgerQueries, ids: Iterable<OperationId>): Promise<ReadOperation[]> {
  const { names } = queries
  const { rows } = await queries.query<OperationRow>(
    sql`WITH history AS (SELECT * FROM ${names.table('entries')} WHERE hash = ANY(${hexArray(ids)}::bytea[]))
      SELECT ${operationCells(names)}`,
  )
  return operationsOf(queries, rows)
}

/** The operation without its long values. Nothing that is kept holds on to the bytes that it was decoded from. */
function shorten(operation: Operation): Operation {
  if (!operation.fields || ![...operation.fields.values()].some(isLong)) return operation
  const fields = new Map<string, OperationValue>()
  for (const [name, value] of operation.fields) fields.set(name, isLong(value) ? LEFT_OUT : value)
  return { ...operation, fields }
}

function isLong({ value }: OperationValue): boolean {
  if (typeof value === 'string') return value.length > MAX_KEPT_LENGTH
  // Bytes are views of all that was read with them.
  return typeof value === 'object'
}

const LEFT_OUT: OperationValue = { type: 'str', value: '' }
