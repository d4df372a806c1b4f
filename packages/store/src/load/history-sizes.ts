import type { OperationId } from '@rakko/core'
import { hexArray } from '../sql/column.js'
import { type Sql, sql } from '../sql/sql.js'
import type { Names } from '../tables/names.js'
import type { Queries } from '../tables/queries.js'

/** How much is stored of a document's operations. */
export interface HistorySize {
  /** Number of the document. */
  readonly document: number
  readonly operations: number
  /** Of their payloads. */
  readonly bytes: number
}

/** What an operation takes in memory beside its payload, about. */
const OPERATION_BYTES = 1024

/** Of the histories that are in memory side by side, by their cost. One history is always read. */
export const MAX_HISTORIES_AT_ONCE = 4 * 1024 * 1024

/** What a history takes in memory, about, in bytes. */
export function costOf({ operations, bytes }: Pick<HistorySize, 'operations' | 'bytes'>): number {
  return bytes + operations * OPERATION_BYTES
}

/** Statements that go before one with `history`: the entries of all documents that these operations belong to. */
export function historyOf(names: Names, ids: Iterable<OperationId>): Sql {
  const entries = names.table('entries')
  // The CREATE is found by its number: the index on `document` holds only the other operations.
  return sql`WITH found AS (SELECT DISTINCT document FROM ${entries} WHERE hash = ANY(${hexArray(ids)}::bytea[])),
       history AS (
         SELECT e.* FROM found JOIN ${entries} AS e ON e.number = found.document
         UNION ALL
         SELECT e.* FROM found JOIN ${entries} AS e ON e.document = found.document AND e.document <> e.number
       )`
}

interface SizeRow {
  readonly document: bigint
  readonly operations: number
  readonly bytes: bigint
}

/** Sizes of the documents that these operations belong to, by number, in one statement that reads no payload. */
export async function measureHistories(
  queries: Queries,
  ids: Iterable<OperationId>,
): Promise<ReadonlyMap<number, HistorySize>> {
  const { rows } = await queries.query<SizeRow>(
    sql`${historyOf(queries.names, ids)}
     SELECT document, count(operation)::integer AS operations,
       coalesce(sum(octet_length(operation)), 0)::bigint AS bytes
     FROM history GROUP BY document`,
  )
  return new Map(
    rows.map(({ document, operations, bytes }) => {
      return [Number(document), { document: Number(document), operations, bytes: Number(bytes) }]
    }),
  )
}

/** Groups in order, each with a sum of at most `most`, or one alone that is larger. */
export function groupBySize<Item>(items: readonly Item[], sizeOf: (item: Item) => number, most: number): Item[][] {
  const groups: Item[][] = []
  let sum = Number.POSITIVE_INFINITY
  for (const item of items) {
    const size = sizeOf(item)
    sum += size
    if (sum > most) {
      groups.push([])
      sum = size
    }
    groups.at(-1)?.push(item)
  }
  return groups
}
