import type { DocumentId } from '@rakko/core'
import { IDEMPOTENCY_MS, type ReceivedItem } from '../decide/received-item.js'
import { arrayParameter, textColumn } from '../sql/column.js'
import { decodeHex } from '../sql/decode-id.js'
import { sql } from '../sql/sql.js'
import type { Queries } from '../tables/queries.js'
import type { LedgerQueries } from '../transaction/database.js'

/** The documents of ids that were used within a day before `now`, milliseconds since 1970. */
export async function readIdempotent(
  queries: Queries,
  ids: readonly string[],
  now: number,
): Promise<Map<string, DocumentId>> {
  const { names } = queries
  const asked = arrayParameter(
    textColumn((id: string) => id),
    ids,
  )
  // The document's id is its CREATE's hash, which outlives the document.
  const { rows } = await queries.query<{ id: string; hash: Uint8Array }>(
    sql`SELECT i.id, e.hash FROM ${names.table('idempotency')} AS i JOIN ${names.table('entries')} AS e ON e.number = i.document
     WHERE i.id = ANY(${asked}::text[]) AND i.time > ${now - IDEMPOTENCY_MS}::bigint`,
  )
  return new Map(rows.map(({ id, hash }) => [id, decodeHex(hash) as DocumentId]))
}

/** Takes one statement, and none where no item has an id. */
export async function preloadIdempotent(
  queries: LedgerQueries,
  items: readonly ReceivedItem[],
  now: number,
): Promise<void> {
  const ids = items.flatMap(({ idempotencyId }) => idempotencyId ?? [])
  if (ids.length === 0) return
  for (const [id, documentId] of await readIdempotent(queries, ids, now)) queries.ledger.idempotent.set(id, documentId)
}
