import type { OperationId, PublicKey } from '@rakko/core'
import { hexArray } from '../sql/column.js'
import { decodeHex } from '../sql/decode-id.js'
import { sql } from '../sql/sql.js'
import type { Queries } from '../tables/queries.js'

/** An entry of this author that waits. */
export async function parkedEntryOf(queries: Queries, author: PublicKey): Promise<OperationId | undefined> {
  const { rows } = await queries.query<{ hash: Uint8Array }>(
    sql`SELECT hash FROM ${queries.names.table('parked')} WHERE author = ANY(${hexArray([author])}::bytea[]) LIMIT 1`,
  )
  const [parked] = rows
  return parked && (decodeHex(parked.hash) as OperationId)
}

/** Whether there was a decision about an entry. */
export async function isDecided(queries: Queries, id: OperationId): Promise<boolean> {
  const { rows } = await queries.query(
    sql`SELECT hash FROM ${queries.names.table('entries')} WHERE hash = ANY(${hexArray([id])}::bytea[])`,
  )
  return rows.length > 0
}
