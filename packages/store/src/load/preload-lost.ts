import type { Hash, PublicKey } from '@rakko/core'
import { decodeOperation, unlessInvalid } from '@rakko/core'
import { type PayloadLessItem, previousOf, type ReceivedItem } from '../decide/received-item.js'
import { Bulk } from '../sql/bulk.js'
import { hexArray, hexColumn, u64Column } from '../sql/column.js'
import { decodeHex } from '../sql/decode-id.js'
import { sql } from '../sql/sql.js'
import type { WriteTransaction } from '../transaction/database.js'

interface Asked {
  readonly hash: Hash
  readonly publicKey: PublicKey
  readonly logId: bigint
  readonly seqNum: bigint
}

const ASKED = new Bulk<Asked>({
  hash: hexColumn(({ hash }) => hash),
  public_key: hexColumn(({ publicKey }) => publicKey),
  log_id: u64Column(({ logId }) => logId),
  seq_num: u64Column(({ seqNum }) => seqNum),
})

/**
 * Finds which of these are entries that were lost here: a place of a log before its latest entry that holds nothing, or
 * the CREATE of a document whose row is left. A few statements, and none where nothing is lost.
 */
export async function preloadLost(
  transaction: WriteTransaction,
  items: readonly (ReceivedItem | PayloadLessItem)[],
): Promise<void> {
  const { names, ledger } = transaction
  if (ledger.counters.lost === 0 || items.length === 0) return
  const [entries, lost] = [names.table('entries'), names.table('lost')]
  const asked = items.map(({ entry: { publicKey, logId, seqNum }, entryHash: hash }) => ({
    hash,
    publicKey,
    logId,
    seqNum,
  }))
  const { rows } = await transaction.query<{ hash: Uint8Array; document: bigint; taken: boolean }>(
    sql`SELECT u.hash, COALESCE(l.number, h.document) AS document,
         EXISTS (SELECT FROM ${entries} AS e WHERE e.number = COALESCE(l.number, h.document)) AS taken
       FROM ${ASKED.source(asked)}
         LEFT JOIN ${lost} AS l ON l.document = u.hash AND l.entry
         LEFT JOIN ${names.table('authors')} AS a ON a.public_key = u.public_key
         LEFT JOIN ${names.table('heads')} AS h ON h.author = a.number AND h.log_id = u.log_id AND h.seq_num >= u.seq_num
       WHERE NOT EXISTS (SELECT FROM ${entries} AS e WHERE e.hash = u.hash)
         AND (l.number IS NOT NULL OR h.author IS NOT NULL AND NOT EXISTS (
           SELECT FROM ${entries} AS e WHERE e.author = h.author AND e.log_id = u.log_id AND e.seq_num = u.seq_num))`,
  )
  for (const { hash, document, taken } of rows) {
    ledger.lost.add(decodeHex(hash) as Hash, { document: taken ? undefined : Number(document) })
  }
  if (rows.length === 0) return
  const { rows: free } = await transaction.query<{ number: bigint }>(
    sql`SELECT l.number FROM ${lost} AS l
       WHERE l.entry AND l.document IS NULL AND NOT EXISTS (SELECT FROM ${entries} AS e WHERE e.number = l.number)
         AND NOT EXISTS (SELECT FROM ${names.table('heads')} AS h WHERE h.document = l.number)
         AND NOT EXISTS (SELECT FROM ${names.table('documents')} AS d WHERE d.number = l.number)
       ORDER BY l.number`,
  )
  ledger.lost.free(free.map(({ number }) => Number(number)))
  await placeDocuments(transaction, items)
}

/** The rules ask for the document of what an entry names. One that is lost gets a row until the transaction ends. */
async function placeDocuments(
  transaction: WriteTransaction,
  items: readonly (ReceivedItem | PayloadLessItem)[],
): Promise<void> {
  const { names, ledger } = transaction
  const entries = names.table('entries')
  const named = items.flatMap((item) => [
    ...(previousOf(item)?.split('_') ?? []),
    ...(item.entry.backlink ?? '').split(' '),
  ])
  const { rows } = await transaction.query<{ number: bigint; hash: Uint8Array; author: number; operation: Uint8Array }>(
    sql`SELECT c.number, c.hash, c.author, c.operation FROM ${entries} AS c
       WHERE c.operation IS NOT NULL AND c.author IS NOT NULL AND c.number IN (
           SELECT document FROM ${entries} WHERE hash = ANY(${hexArray(named.filter((id) => id !== ''))}::bytea[]))
         AND NOT EXISTS (SELECT FROM ${names.table('documents')} AS d WHERE d.number = c.number)`,
  )
  for (const { number, hash, author, operation } of rows) {
    const schemaId = unlessInvalid(() => decodeOperation(operation).schemaId)
    const schema = schemaId && (await ledger.findSchema(transaction, schemaId))
    if (!schema) continue
    await transaction.query(
      sql`INSERT INTO ${names.table('documents')} (number, id, schema, view_id, owner, signer, edited, deleted)
       VALUES (${number}::bigint, ${hash}::bytea, ${schema.number}::integer, ${hash}::bytea, ${author}::integer,
         ${author}::integer, false, false) ON CONFLICT DO NOTHING`,
    )
    ledger.lost.placed.push(number)
  }
}
