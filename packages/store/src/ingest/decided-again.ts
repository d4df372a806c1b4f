import type { DocumentId } from '@rakko/core'
import { hexArray } from '../sql/column.js'
import { decodeHex } from '../sql/decode-id.js'
import { sql } from '../sql/sql.js'
import type { WriteTransaction } from '../transaction/database.js'
import type { ToTakeBack } from './take-back-pace.js'
import { STEP } from './take-back-step.js'

/**
 * Of deleted documents, the operations of those that are reduced in the end. Longer ones stay as if they were purged: what
 * they were nobody sees, and all would wait for it.
 */
const MAX_SHOWN = 512

/** To be called once it is written what a transaction has decided again. */
export async function afterDeciding(transaction: WriteTransaction): Promise<void> {
  const { names, ledger } = transaction
  const deleted = [...ledger.again].filter(([id, { isDeleted }]) => !isDeleted && ledger.hasDeletion(id))
  if (deleted.length > 0) {
    const ids = hexArray(deleted.map(([id]) => id))
    await transaction.query(sql`UPDATE ${names.table('taken_back')} SET deleted = true WHERE id = ANY(${ids}::bytea[])`)
  }
  const made = [...ledger.again].flatMap(([id, { number }]) => {
    const document = [...ledger.documents.values()].find((one) => one.id === id)
    return document?.isNew ? [{ from: number, to: BigInt(document.number) }] : []
  })
  if (made.length === 0) return
  // Idempotency ids lead to what became of these documents.
  await transaction.query(
    sql`UPDATE ${names.table('idempotency')} AS i SET document = u.new
     FROM unnest(${made.map(({ from }) => from)}::bigint[], ${made.map(({ to }) => to)}::bigint[]) AS u(old, new)
     WHERE i.document = u.old`,
  )
}

export interface DecidedDocuments {
  readonly taken: readonly ToTakeBack[]
  /** Those that are read again from all their operations: none is without its payload now. */
  readonly whole: readonly DocumentId[]
}

/** All that can be decided was: documents are shown as they are from now on. */
export async function showDecided(transaction: WriteTransaction): Promise<DecidedDocuments> {
  const { names } = transaction
  const [taken, entries, documents] = [names.table('taken_back'), names.table('entries'), names.table('documents')]
  const heads = names.table('heads')
  const { rows } = await transaction.query<{
    id: Uint8Array
    entries: number
    whole: boolean
    now: bigint | null
    deleted: boolean
  }>(
    sql`SELECT t.id, t.entries, t.deleted, d.number AS now, d.number IS NOT NULL
       AND NOT (t.deleted AND t.entries > ${sql.integer(MAX_SHOWN)}) AND NOT EXISTS (
         SELECT FROM ${entries} AS e WHERE e.number = d.number AND e.operation IS NULL
       ) AND NOT EXISTS (
         SELECT FROM ${entries} AS e WHERE e.document = d.number AND e.document <> e.number AND e.operation IS NULL
       ) AS whole
     FROM ${taken} AS t LEFT JOIN ${documents} AS d ON d.schema = t.schema AND d.id = t.id
     WHERE t.step = ${sql.integer(STEP.deciding)}`,
  )
  const whole = rows.flatMap((row) => (row.whole && row.now !== null ? [row.now] : []))
  const living = rows.flatMap((row) => (!row.deleted && row.now !== null ? [row.now] : []))
  await transaction.query(sql`UPDATE ${documents} SET purged = false WHERE number = ANY(${whole}::bigint[]) AND purged`)
  await transaction.query(sql`DELETE FROM ${names.table('deletions')} WHERE document = ANY(${living}::bigint[])`)
  const isStale = sql`h.document IN (SELECT number FROM ${taken} WHERE step = ${sql.integer(STEP.deciding)})`
  await transaction.query(
    sql`WITH last AS (
       SELECT DISTINCT ON (e.author, e.log_id) e.author, e.log_id, e.seq_num, e.hash, e.document
       FROM ${heads} AS h JOIN ${entries} AS e ON e.author = h.author AND e.log_id = h.log_id WHERE ${isStale}
       ORDER BY e.author, e.log_id, e.seq_num DESC, e.hash
     )
     UPDATE ${heads} AS h SET seq_num = l.seq_num, hash = l.hash, document = l.document, forked = EXISTS (
         SELECT FROM ${entries} AS e WHERE e.author = l.author AND e.log_id = l.log_id
         GROUP BY e.seq_num HAVING count(*) > 1
       ) OR EXISTS (
         SELECT FROM ${heads} AS o WHERE o.author = l.author AND o.document = l.document AND o.log_id <> l.log_id
       ) OR EXISTS (
         SELECT FROM ${names.table('parked')} AS p JOIN ${names.table('authors')} AS a ON a.public_key = p.author
         WHERE a.number = l.author AND p.document IN (
           SELECT id FROM ${taken} WHERE step = ${sql.integer(STEP.deciding)}
         )
       )
     FROM last AS l WHERE h.author = l.author AND h.log_id = l.log_id`,
  )
  await transaction.query(sql`DELETE FROM ${heads} AS h WHERE ${isStale}`)
  await transaction.query(
    sql`DELETE FROM ${names.table('idempotency')} WHERE document IN (
       SELECT number FROM ${taken} WHERE step = ${sql.integer(STEP.deciding)}
     )`,
  )
  return {
    taken: rows.map(({ id, entries: count }) => ({ id: decodeHex(id) as DocumentId, entries: count, payloads: 0 })),
    whole: rows.flatMap((row) => (row.whole ? [decodeHex(row.id) as DocumentId] : [])),
  }
}

/** Documents of which more payloads came meanwhile wait again. The others are done. */
export async function endTakingBack(transaction: WriteTransaction): Promise<void> {
  const { names } = transaction
  const taken = names.table('taken_back')
  await transaction.query(
    sql`UPDATE ${taken} AS t SET step = ${sql.integer(STEP.waits)}, number = d.number
     FROM ${names.table('documents')} AS d WHERE d.schema = t.schema AND d.id = t.id
       AND t.step = ${sql.integer(STEP.deciding)} AND t.payloads > 0`,
  )
  await transaction.query(sql`DELETE FROM ${taken} WHERE step = ${sql.integer(STEP.deciding)}`)
  await countTakenBack(transaction)
  const { again, takenBack } = transaction.ledger.counters
  await transaction.query(
    sql`UPDATE ${names.table('arrival')} SET again = ${again}::integer, taken_back = ${takenBack}::integer`,
  )
}

/** Counts the documents of which that is so. */
export async function countTakenBack(transaction: WriteTransaction): Promise<void> {
  const { names, ledger } = transaction
  const { rows } = await transaction.query<{ count: bigint }>(
    sql`SELECT count(*) AS count FROM ${names.table('taken_back')}`,
  )
  ledger.counters.takenBack = Number(rows[0]?.count ?? 0)
}
