import { IDEMPOTENCY_MS } from '../decide/received-item.js'
import { sql } from '../sql/sql.js'
import type { Queries } from '../tables/queries.js'

/** Drops ids that are a day old: they mean nothing any more. */
export async function expireIdempotencyIds(queries: Queries, now: number): Promise<void> {
  await queries.query(
    sql`DELETE FROM ${queries.names.table('idempotency')} WHERE time <= ${now - IDEMPOTENCY_MS}::bigint`,
  )
}
