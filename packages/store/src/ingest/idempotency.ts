import type { DocumentId } from '@rakko/core'
import type { Session } from '../driver/driver.js'
import { arrayParameter, textColumn } from '../sql/column.js'
import type { Names } from '../sql/names.js'
import { decodeHex } from '../values/decode-column.js'
import type { Ledger } from './ledger.js'
import type { ReceivedItem } from './received-item.js'

/** How long an id is remembered, in milliseconds: a day. */
export const IDEMPOTENCY_MS = 24 * 60 * 60 * 1000

/** What ids led to that were used within a day before `now`, milliseconds since 1970. */
export async function readIdempotent(
  session: Session,
  names: Names,
  ids: readonly string[],
  now: number,
): Promise<Map<string, DocumentId>> {
  // The document's id is its CREATE's hash, which outlives the document.
  const { rows } = await session.query<{ id: string; hash: Uint8Array }>(
    `SELECT i.id, e.hash FROM ${names.table('idempotency')} AS i JOIN ${names.table('entries')} AS e ON e.number = i.document
     WHERE i.id = ANY($1::text[]) AND i.time > $2::bigint`,
    [
      arrayParameter(
        textColumn((id: string) => id),
        ids,
      ),
      now - IDEMPOTENCY_MS,
    ],
  )
  return new Map(rows.map(({ id, hash }) => [id, decodeHex(hash) as DocumentId]))
}

/** One statement, and none where no item has an id. */
export async function preloadIdempotent(
  session: Session,
  names: Names,
  ledger: Ledger,
  items: readonly ReceivedItem[],
  now: number,
): Promise<void> {
  const ids = items.flatMap(({ idempotencyId }) => idempotencyId ?? [])
  if (ids.length === 0) return
  for (const [id, documentId] of await readIdempotent(session, names, ids, now)) ledger.idempotent.set(id, documentId)
}

/** Drops ids that are a day old. */
export async function forgetIdempotent(session: Session, names: Names, now: number): Promise<void> {
  await session.query(`DELETE FROM ${names.table('idempotency')} WHERE time <= $1::bigint`, [now - IDEMPOTENCY_MS])
}
