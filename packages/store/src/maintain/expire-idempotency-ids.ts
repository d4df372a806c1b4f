import { IDEMPOTENCY_MS } from '../decide/received-item.js'
import type { Queries } from '../tables/queries.js'

/** Drops ids that are a day old: they mean nothing any more. */
export async function expireIdempotencyIds(queries: Queries, now: number): Promise<void> {
  await queries.query(`DELETE FROM ${queries.names.table('idempotency')} WHERE time <= $1::bigint`, [
    now - IDEMPOTENCY_MS,
  ])
}
