import { type Sql, sql } from '../sql/sql.js'
import { ACTION, DECISION } from '../tables/codes.js'
import type { Queries } from '../tables/queries.js'

/** Bytes of operations that one slice reduces. One document is always taken. */
const SLICE_BYTES = 8 * 1024 * 1024
/** Bytes of operations from which on a document is taken as its rows say: reducing it would hold everybody up. */
export const MAX_REDUCED_BYTES = 64 * 1024 * 1024

/** A stored CREATE, and what reducing its document would read. */
export interface DocumentSize {
  readonly number: bigint
  /** Its hash. */
  readonly id: Uint8Array
  /** Whether the document has a row. */
  readonly isThere: boolean
  /** Of all operations of the document. */
  readonly bytes: bigint
}

/** Condition on a row `e` of `entries`: it is a CREATE that is kept. */
export const IS_CREATE: Sql = sql`e.action = ${sql.integer(ACTION.create)}
  AND e.decision IN (${sql.integer(DECISION.held)}, ${sql.integer(DECISION.purged)})`

/** Measures at most `limit` documents, by the numbers of their CREATEs. No payload is read. */
export async function documentSizes(queries: Queries, condition: Sql, limit: number): Promise<DocumentSize[]> {
  const entries = queries.names.table('entries')
  const { rows } = await queries.query<DocumentSize>(
    sql`SELECT e.number, e.hash AS id, d.number IS NOT NULL AS "isThere",
       (COALESCE(octet_length(e.operation), 0) + COALESCE((
         SELECT sum(octet_length(x.operation)) FROM ${entries} AS x WHERE x.document = e.number AND x.document <> x.number
       ), 0))::bigint AS bytes
     FROM ${entries} AS e LEFT JOIN ${queries.names.table('documents')} AS d ON d.number = e.number
     WHERE ${condition} AND ${IS_CREATE} ORDER BY e.number LIMIT ${sql.integer(limit)}`,
  )
  return rows
}

/** How many of these, from the first on, one slice reduces: one at least. */
export function countInSlice(sizes: readonly DocumentSize[]): number {
  let bytes = 0
  const end = sizes.findIndex((size, index) => {
    bytes += Number(size.bytes)
    return index > 0 && bytes > SLICE_BYTES
  })
  return end < 0 ? sizes.length : end
}
