import type { OperationId, PublicKey } from '@rakko/core'
import { hexArray } from '../sql/column.js'
import { decodeHex } from '../sql/decode-id.js'
import type { Queries } from '../tables/queries.js'

/** An entry of this author that waits. */
export async function parkedEntryOf(queries: Queries, author: PublicKey): Promise<OperationId | undefined> {
  const { rows } = await queries.query<{ hash: Uint8Array }>(
    `SELECT hash FROM ${queries.names.table('parked')} WHERE author = ANY($1::bytea[]) LIMIT 1`,
    [hexArray([author])],
  )
  const [parked] = rows
  return parked && (decodeHex(parked.hash) as OperationId)
}

/** Whether there was a decision about an entry. */
export async function isDecided(queries: Queries, id: OperationId): Promise<boolean> {
  const { rows } = await queries.query(
    `SELECT hash FROM ${queries.names.table('entries')} WHERE hash = ANY($1::bytea[])`,
    [hexArray([id])],
  )
  return rows.length > 0
}
