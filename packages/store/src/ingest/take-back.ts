import { type DocumentId, decodeEntry, type Hash, operationIdsOf, RakkoError } from '@rakko/core'
import { payloadOf } from '../decide/parked.js'
import { decodeSigned, isReadable } from '../decide/receive-from-peer.js'
import { isPayloadLess, previousOf } from '../decide/received-item.js'
import { emptyPlaceId, type Withheld } from '../decide/withheld.js'
import { Bulk } from '../sql/bulk.js'
import { bigintColumn, hexArray, hexColumn } from '../sql/column.js'
import { decodeHex } from '../sql/decode-id.js'
import { sql } from '../sql/sql.js'
import { COMPARED, DECISION } from '../tables/codes.js'
import type { Queries } from '../tables/queries.js'
import type { WriteTransaction } from '../transaction/database.js'
import { NOTHING_KEPT, removeDocuments } from '../write/remove-documents.js'
import { type AgainRow, PARKED_AGAIN } from '../write/rows.js'
import { countTakenBack } from './decided-again.js'
import type { TakeBackPace } from './take-back-pace.js'
import { STEP } from './take-back-step.js'

/** Entries that one transaction moves, and their bytes. One is always moved. */
const MOVED_ENTRIES = 128
const MOVED_BYTES = 1024 * 1024
/** Documents that one transaction begins with: as many small ones as have so many entries together. */
const MAX_DOCUMENTS = 64
/** Documents of which is asked when they are due. */
const MAX_ASKED = 4_096

/**
 * Notes that what was decided about the documents of these entries is to be taken back, and keeps the payloads that
 * tell. Returns the entries.
 */
export async function noteWithheld(
  transaction: WriteTransaction,
  withheld: readonly Withheld[],
  now: number,
): Promise<ReadonlySet<Hash>> {
  const items = new Map(withheld.map((item) => [item.entryHash, item]))
  const { names } = transaction
  const [entries, taken] = [names.table('entries'), names.table('taken_back')]
  const { rows } = await transaction.query<{ hash: Uint8Array; number: bigint; id: Uint8Array }>(
    sql`WITH found AS (
       SELECT e.hash, d.number, d.id, d.schema FROM ${entries} AS e
         JOIN ${names.table('documents')} AS d ON d.number = e.document
       WHERE e.hash = ANY(${hexArray(items.keys())}::bytea[]) AND e.decision = ${sql.integer(DECISION.purged)}
     ), noted AS (
       INSERT INTO ${taken} AS t (id, number, schema, payloads)
       SELECT id, number, schema, count(*) FROM found GROUP BY id, number, schema
       ON CONFLICT (id) DO UPDATE SET payloads = t.payloads + excluded.payloads
     ) SELECT hash, number, id FROM found`,
  )
  await transaction.query(
    sql`UPDATE ${taken} AS t SET entries = 1 + (
       SELECT count(*) FROM ${entries} AS e WHERE e.document = t.number AND e.document <> e.number
     ) WHERE entries = 0`,
  )
  await countTakenBack(transaction)
  const again = rows.flatMap(({ hash, number, id }): AgainRow[] => {
    const item = items.get(decodeHex(hash) as Hash)
    const document = decodeHex(id) as DocumentId
    return item ? [{ ...kept(item), time: now, document, waitsFor: dueId(number, document) }] : []
  })
  await park(transaction, again)
  return new Set(again.map(({ hash }) => hash))
}

function kept(item: Withheld): Pick<AgainRow, 'hash' | 'author' | 'entry' | 'operation'> {
  const { entryHash: hash } = item
  if (!isReadable(item)) return { hash, author: decodeEntry(item.bytes.entry).publicKey, ...item.bytes }
  return { hash, author: item.entry.publicKey, entry: item.entryBytes, operation: payloadOf(item) }
}

/** What the first entries of a document wait for. It is decided with the last one that is moved, its CREATE. */
export function dueId(number: bigint, document: DocumentId): Hash {
  return emptyPlaceId(Number(number), document as string as Hash)
}

/** Whether documents are taken back, or wait for that. With `hasBegun` only the former count. */
export async function isTakingBack(queries: Queries, hasBegun: boolean): Promise<boolean> {
  const least = sql.integer(hasBegun ? STEP.moving : STEP.waits)
  const { rows } = await queries.query(
    sql`SELECT FROM ${queries.names.table('taken_back')} WHERE step >= ${least} LIMIT 1`,
  )
  return rows.length > 0
}

interface StepRow {
  id: Uint8Array
  number: bigint
  schema: number
  step: number
  deleted: boolean
}

/** Reads into the ledger which documents are decided again. Takes a statement where there are any. */
export async function loadAgain(transaction: WriteTransaction): Promise<void> {
  const { names, ledger } = transaction
  if (ledger.counters.takenBack === 0) return
  const { rows } = await transaction.query<StepRow>(
    sql`SELECT id, number, schema, step, deleted FROM ${names.table('taken_back')} WHERE step > 0`,
  )
  for (const { id, number, schema, step, deleted } of rows) {
    const again = { number, schema, isMoved: step === STEP.deciding, isDeleted: deleted }
    ledger.again.set(decodeHex(id) as DocumentId, again)
  }
}

/** Begins with documents that are due, the smallest first. */
export async function begin(transaction: WriteTransaction, pace: TakeBackPace): Promise<void> {
  const { names, ledger } = transaction
  const taken = names.table('taken_back')
  const { rows } = await transaction.query<StepRow & { entries: number; payloads: number }>(
    sql`SELECT id, number, schema, entries, payloads FROM ${taken} WHERE step = ${sql.integer(STEP.waits)}
     ORDER BY entries, number LIMIT ${sql.integer(MAX_ASKED)}`,
  )
  let sum = 0
  for (const { id: bytes, number, schema, entries, payloads } of rows) {
    const id = decodeHex(bytes) as DocumentId
    if (!pace.isDue({ id, entries, payloads })) continue
    sum += entries
    if (ledger.again.size > 0 && (sum > MOVED_ENTRIES || ledger.again.size === MAX_DOCUMENTS)) break
    ledger.again.set(id, { number, schema, isMoved: false, isDeleted: false })
  }
  if (ledger.again.size === 0) return
  await transaction.query(
    sql`UPDATE ${taken} SET step = ${sql.integer(STEP.moving)}, payloads = 0, deleted = false
     WHERE id = ANY(${hexArray(ledger.again.keys())}::bytea[])`,
  )
}

interface EntryRow {
  number: bigint
  hash: Uint8Array
  document: bigint
  entry: Uint8Array
  operation: Uint8Array | null
}

type NumberedEntry = readonly [number: bigint, hash: Hash]

const NUMBERED = new Bulk<NumberedEntry>({
  number: bigintColumn(([number]) => number),
  hash: hexColumn(([, hash]) => hash),
})

/**
 * Moves some entries of the documents to where entries wait. Under their numbers stands what is nobody's. With the last of
 * them, the CREATEs, the documents go.
 */
export async function moveSome(transaction: WriteTransaction, now: number): Promise<void> {
  const { names, ledger } = transaction
  const moving = [...ledger.again].filter(([, { isMoved }]) => !isMoved)
  const ids = new Map(moving.map(([id, { number }]) => [number, id]))
  const numbers = [...ids.keys()]
  const chosen = sql`ANY(${numbers}::bigint[])`
  const columns = sql`number, hash, document, entry, operation`
  const { rows } = await transaction.query<EntryRow & { found?: bigint }>(
    sql`SELECT ${columns}, found FROM (
       SELECT *, count(*) OVER () AS found, row_number() OVER w AS place, sum(octet_length(entry) + COALESCE(octet_length(operation), 0)) OVER w AS bytes
       FROM (
         SELECT ${columns} FROM ${names.table('entries')} WHERE document = ${chosen} AND document <> number
         LIMIT ${sql.integer(MOVED_ENTRIES)}
       ) AS next WINDOW w AS (ORDER BY number)
     ) AS counted WHERE place = 1 OR bytes <= ${sql.integer(MOVED_BYTES)}`,
  )
  const found = Number(rows[0]?.found ?? 0)
  const isLast = found < MOVED_ENTRIES && rows.length === found
  if (isLast) {
    const { rows: creates } = await transaction.query<EntryRow>(
      sql`SELECT ${columns} FROM ${names.table('entries')} WHERE number = ${chosen} AND entry IS NOT NULL`,
    )
    rows.push(...creates)
  }
  await park(
    transaction,
    rows.flatMap((row) => againRow(row, ids.get(row.document), now)),
  )
  const empty = rows.map(({ number, hash }): NumberedEntry => {
    return [number, emptyPlaceId(Number(number), decodeHex(hash) as Hash)]
  })
  await transaction.query(
    sql`UPDATE ${names.table('entries')} AS e SET hash = u.hash, decision = ${sql.integer(DECISION.refused)},
       compared = ${sql.integer(COMPARED.never)}, ${NOTHING_KEPT}
     FROM ${NUMBERED.source(empty)} WHERE e.number = u.number`,
  )
  if (!isLast) return
  const pinned = names.table('pinned_views')
  // What pins a view of theirs waits for its operations again.
  await transaction.query(sql`UPDATE ${pinned} SET awaits = substring(view_id FOR 34) WHERE document = ${chosen}`)
  await removeDocuments(
    transaction,
    moving.map(([, again]) => again),
  )
  // A forked log stays so until all is decided: it may have entries of other documents.
  await transaction.query(sql`DELETE FROM ${names.table('heads')} WHERE document = ${chosen} AND NOT forked`)
  await transaction.query(
    sql`UPDATE ${names.table('taken_back')} SET step = ${sql.integer(STEP.deciding)}
     WHERE id = ANY(${hexArray(ids.values())}::bytea[])`,
  )
  for (const [, again] of moving) again.isMoved = true
}

/** What was held can be read. What cannot is damaged, and is lost as any other such entry. */
function againRow({ number, entry, operation }: EntryRow, document: DocumentId | undefined, time: number): AgainRow[] {
  if (document === undefined) return []
  try {
    const item = decodeSigned({ entry, ...(operation && { operation }) })
    if (!isReadable(item)) return []
    const { entryHash: hash, entryBytes } = item
    const { backlink, publicKey: author } = item.entry
    const previous = isPayloadLess(item) ? undefined : previousOf(item)
    const before = backlink ?? (previous && (operationIdsOf(previous)[0] as string as Hash | undefined))
    const waitsFor = before ?? dueId(number, document)
    return [{ hash, waitsFor, author, time, entry: entryBytes, operation: payloadOf(item), document }]
  } catch (error) {
    if (error instanceof RakkoError) return []
    throw error
  }
}

async function park(transaction: WriteTransaction, rows: readonly AgainRow[]): Promise<void> {
  for (const statement of PARKED_AGAIN.insert(transaction.names.table('parked'), rows)) {
    const { affectedRows } = await transaction.query(statement)
    transaction.ledger.counters.again += affectedRows
  }
}
