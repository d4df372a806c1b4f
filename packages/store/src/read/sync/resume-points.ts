import { type Hash, hexToBytes } from '@rakko/core'
import { decodeHex } from '../../sql/decode-id.js'
import { sql } from '../../sql/sql.js'
import { scopeHash } from '../../sync/scope-hash.js'
import { type ArrivalMark, MAX_RESUME_POINTS, type SyncScope } from '../../sync-source.js'
import type { Database } from '../../transaction/database.js'

export async function readResumePoint(
  database: Database,
  databaseId: string,
  scope: SyncScope,
): Promise<ArrivalMark | undefined> {
  const { rows } = await database.query<{ number: bigint; hash: Uint8Array | null }>(
    sql`SELECT number, hash FROM ${database.names.table('resume_points')}
     WHERE database_id = ${hexToBytes(databaseId)}::bytea AND scope = ${hexToBytes(scopeHash(scope))}::bytea`,
  )
  const [row] = rows
  return row && { number: Number(row.number), ...(row.hash && { id: decodeHex(row.hash) as Hash }) }
}

export interface KeptPoint {
  readonly databaseId: string
  readonly arrival: ArrivalMark
  readonly scope: SyncScope
  readonly address: string | undefined
  /** Milliseconds since 1970. */
  readonly at: number
}

/**
 * One statement, and no entry: so it takes no `arrival` lock. It is never more durable than the entries that were
 * stored before it, since PostgreSQL's log is one.
 */
export async function keepResumePoint(
  database: Database,
  { databaseId, arrival: { number, id }, scope, address, at }: KeptPoint,
): Promise<void> {
  const points = database.names.table('resume_points')
  const hash = id === undefined ? null : hexToBytes(id)
  const database_id = sql`${hexToBytes(databaseId)}::bytea`
  const isAlike = address === undefined ? sql`address IS NULL` : sql`address IS NOT NULL`
  const isReplaced =
    address === undefined ? sql`false` : sql`address = ${address}::text AND database_id <> ${database_id}`
  await database.query(
    sql`WITH kept AS (
       INSERT INTO ${points} AS p (database_id, scope, number, hash, kept, address)
       VALUES (
         ${database_id}, ${hexToBytes(scopeHash(scope))}::bytea, ${number}::bigint, ${hash}::bytea, ${at}::bigint,
         ${address ?? null}::text
       )
       ON CONFLICT (database_id, scope) DO UPDATE SET
         number = excluded.number, hash = excluded.hash, kept = excluded.kept, address = excluded.address
       RETURNING p.kept
     ) DELETE FROM ${points} WHERE ${isReplaced} OR (database_id, scope) IN (
       SELECT database_id, scope FROM ${points} WHERE ${isAlike} ORDER BY kept DESC OFFSET ${MAX_RESUME_POINTS}::bigint
     )`,
  )
}
