import type { Hash, OperationId } from '@rakko/core'
import { decodeOperation, operationIdsOf, unlessInvalid } from '@rakko/core'
import { type PayloadLessItem, previousOf, type ReceivedItem } from '../decide/received-item.js'
import { Bulk } from '../sql/bulk.js'
import { hexArray, hexColumn, u64Column } from '../sql/column.js'
import { decodeHex } from '../sql/decode-id.js'
import { sql } from '../sql/sql.js'
import { DECISION } from '../tables/codes.js'
import type { WriteTransaction } from '../transaction/database.js'
import { type AtLostPlace, beginsDocument, judgePlaces } from './lost-place.js'

type Item = ReceivedItem | PayloadLessItem

const ASKED = new Bulk<Item>({
  hash: hexColumn(({ entryHash }) => entryHash),
  public_key: hexColumn(({ entry }) => entry.publicKey),
  log_id: u64Column(({ entry }) => entry.logId),
  seq_num: u64Column(({ entry }) => entry.seqNum),
})

/** Entries that may stand behind one place: each is of another branch. */
const MAX_SUCCESSORS = 64

/** Operations of a document that are looked at for what names its CREATE, and the bytes of one of them. */
const MAX_NAMING = 64
const MAX_NAMING_BYTES = 4096

interface PlaceRow {
  readonly hash: Uint8Array
  /** Of a lost CREATE with this hash. */
  readonly known: bigint | null
  /** What the row of the document, or what is kept of it, says of its CREATE. */
  readonly id: Uint8Array | null
  readonly document: bigint | null
  readonly head: Uint8Array | null
  readonly isHeadLost: boolean
  readonly isLatest: boolean | null
  readonly isFree: boolean
  readonly isCreateLost: boolean
  readonly isNamed: boolean | null
}

/**
 * Finds which of these come to places that are lost, and which of them are the entries that were there. A few statements,
 * and none where nothing is lost.
 */
export async function preloadLost(transaction: WriteTransaction, items: readonly Item[]): Promise<void> {
  const { ledger } = transaction
  if (ledger.counters.lost === 0 || items.length === 0) return
  const rows = await readPlaces(transaction, items)
  if (rows.length === 0) return
  const byHash = new Map(items.map((item) => [item.entryHash, item]))
  const found = rows.flatMap((row): AtLostPlace[] => {
    const item = byHash.get(decodeHex(row.hash) as Hash)
    if (!item) return []
    const { document, known, isNamed, isLatest, isFree, isCreateLost, isHeadLost } = row
    if (row.head && isHeadLost) ledger.lost.keepHead(decodeHex(row.head) as Hash)
    const hashes = { head: row.head && decodeHex(row.head), id: row.id && decodeHex(row.id) }
    return [
      {
        item,
        document: known ?? document,
        ...hashes,
        isOwnId: known !== null,
        isNamed,
        isLatest,
        isFree,
        isCreateLost,
      },
    ]
  })
  const creates = found.filter(({ item, isCreateLost }) => beginsDocument(item) && isCreateLost)
  judgePlaces(ledger.lost, found, await readNaming(transaction, creates))
  await readFree(transaction, rows.length)
  await placeDocuments(transaction, items)
}

/**
 * Places that are free before the latest entry of a log, latest entries that are lost, and the CREATEs of documents whose
 * CREATE is. Logs of forgotten documents are left out: nothing is missing there.
 */
async function readPlaces(transaction: WriteTransaction, items: readonly Item[]): Promise<PlaceRow[]> {
  const { names } = transaction
  const [entries, lost] = [names.table('entries'), names.table('lost')]
  const { rows } = await transaction.query<PlaceRow>(
    sql`SELECT * FROM (
         SELECT u.hash, u.seq_num, l.number AS known, h.document, h.hash AS head, h.seq_num = u.seq_num AS "isLatest",
           COALESCE((SELECT d.id FROM ${names.table('documents')} AS d WHERE d.number = h.document),
             (SELECT k.document FROM ${lost} AS k WHERE k.number = h.document)) AS id,
           h.author IS NOT NULL AND NOT EXISTS (SELECT FROM ${entries} AS e WHERE e.hash = h.hash) AS "isHeadLost",
           h.author IS NOT NULL AND NOT EXISTS (SELECT FROM ${entries} AS e WHERE e.author = h.author
             AND e.log_id = u.log_id AND e.seq_num = u.seq_num) AS "isFree",
           l.number IS NOT NULL OR h.author IS NOT NULL
             AND NOT EXISTS (SELECT FROM ${entries} AS e WHERE e.number = h.document) AS "isCreateLost",
           (SELECT bool_or(position(u.hash IN n.entry) > 0) FROM (
             SELECT e.entry FROM ${entries} AS e WHERE e.author = h.author AND e.log_id = u.log_id
               AND e.seq_num = u.seq_num + 1 AND e.entry IS NOT NULL
             ORDER BY e.number LIMIT ${sql.integer(MAX_SUCCESSORS)}) AS n) AS "isNamed"
         FROM ${ASKED.source(items)}
           LEFT JOIN ${lost} AS l ON l.document = u.hash AND l.entry
             AND NOT EXISTS (SELECT FROM ${entries} AS e WHERE e.number = l.number)
           LEFT JOIN ${names.table('authors')} AS a ON a.public_key = u.public_key
           LEFT JOIN ${names.table('heads')} AS h ON h.author = a.number AND h.log_id = u.log_id
             AND h.seq_num >= u.seq_num AND NOT EXISTS (SELECT FROM ${entries} AS f
               WHERE f.number = h.document AND f.decision = ${sql.integer(DECISION.forgotten)})
         WHERE NOT EXISTS (SELECT FROM ${entries} AS e WHERE e.hash = u.hash)) AS found
       WHERE known IS NOT NULL OR "isFree" OR "isHeadLost" AND "isLatest" OR "isCreateLost" AND seq_num = 1`,
  )
  return rows
}

/** What the stored operations of documents name, by the documents' numbers: among it is the CREATE that is lost. */
async function readNaming(
  transaction: WriteTransaction,
  creates: readonly AtLostPlace[],
): Promise<ReadonlyMap<bigint, ReadonlySet<OperationId>>> {
  const naming = new Map<bigint, Set<OperationId>>()
  const numbers = [...new Set(creates.flatMap(({ document }) => document ?? []))]
  if (numbers.length === 0) return naming
  const { rows } = await transaction.query<{ document: bigint; operation: Uint8Array | null }>(
    sql`SELECT u.document, n.operation FROM unnest(${numbers}::bigint[]) AS u (document) CROSS JOIN LATERAL (
         SELECT CASE WHEN octet_length(e.operation) <= ${sql.integer(MAX_NAMING_BYTES)} THEN e.operation END AS operation
         FROM ${transaction.names.table('entries')} AS e WHERE e.document = u.document AND e.document <> e.number
         ORDER BY e.number LIMIT ${sql.integer(MAX_NAMING)}) AS n`,
  )
  for (const { document, operation } of rows) {
    const named = naming.get(document) ?? new Set()
    naming.set(document, named)
    const previous = operation && unlessInvalid(() => decodeOperation(operation).previous)
    if (previous) for (const id of operationIdsOf(previous)) named.add(id)
  }
  return naming
}

/** The greatest numbers that are free: where one of all is behind an entry's document, one of so many is. */
async function readFree(transaction: WriteTransaction, count: number): Promise<void> {
  const { names, ledger } = transaction
  const entries = names.table('entries')
  const { rows } = await transaction.query<{ number: bigint }>(
    sql`SELECT l.number FROM ${names.table('lost')} AS l
       WHERE l.entry AND l.document IS NULL AND NOT EXISTS (SELECT FROM ${entries} AS e WHERE e.number = l.number)
         AND NOT EXISTS (SELECT FROM ${entries} AS e WHERE e.document = l.number AND e.document <> e.number)
         AND NOT EXISTS (SELECT FROM ${names.table('heads')} AS h WHERE h.document = l.number)
         AND NOT EXISTS (SELECT FROM ${names.table('documents')} AS d WHERE d.number = l.number)
       ORDER BY l.number DESC LIMIT ${sql.integer(ledger.lost.countFor(count))}`,
  )
  ledger.lost.free(rows.map(({ number }) => Number(number)).reverse())
}

/** The rules ask for the document of what an entry names. One that is lost gets a row until the transaction ends. */
async function placeDocuments(transaction: WriteTransaction, items: readonly Item[]): Promise<void> {
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
