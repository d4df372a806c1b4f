import type { Hash, OperationId, PublicKey } from '@rakko/core'
import { hexArray } from '../sql/column.js'
import { decodeHex } from '../sql/decode-id.js'
import { sql } from '../sql/sql.js'
import type { Queries } from '../tables/queries.js'

/** An entry of this author that waits and was never held. */
export async function parkedEntryOf(queries: Queries, author: PublicKey): Promise<OperationId | undefined> {
  const { rows } = await queries.query<{ hash: Uint8Array }>(
    sql`SELECT hash FROM ${queries.names.table('parked')} WHERE author = ANY(${hexArray([author])}::bytea[])
       AND document IS NULL LIMIT 1`,
  )
  const [parked] = rows
  return parked && (decodeHex(parked.hash) as OperationId)
}

/** Whether there was a decision about an entry, which may be taken back now. */
export async function isDecided(queries: Queries, id: OperationId): Promise<boolean> {
  const { rows } = await queries.query(
    sql`SELECT hash FROM ${queries.names.table('entries')} WHERE hash = ANY(${hexArray([id])}::bytea[])
     UNION ALL SELECT hash FROM ${queries.names.table('parked')}
     WHERE hash = ANY(${hexArray([id])}::bytea[]) AND document IS NOT NULL`,
  )
  return rows.length > 0
}

/** Of these hashes, those that something waits for. */
export async function waitedFor(queries: Queries, hashes: readonly Hash[]): Promise<Hash[]> {
  const { rows } = await queries.query<{ hash: Uint8Array }>(
    sql`SELECT hash FROM unnest(${hexArray(hashes)}::bytea[]) AS u(hash)
     WHERE EXISTS (SELECT FROM ${queries.names.table('parked')} AS p WHERE p.waits_for = u.hash)`,
  )
  return rows.map(({ hash }) => decodeHex(hash) as Hash)
}
