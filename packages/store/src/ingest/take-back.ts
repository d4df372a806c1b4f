import { type DocumentId, type Hash, type PublicKey, RakkoError, type SchemaId } from '@rakko/core'
import type { Arrival } from '../decide/arrivals.js'
import { decodeSigned } from '../decide/receive-from-peer.js'
import { logName, NOTHING_TOLD, type ToldBefore } from '../decide/told-before.js'
import { emptyPlaceId } from '../decide/withheld.js'
import { Bulk } from '../sql/bulk.js'
import { bigintColumn, hexArray, hexColumn } from '../sql/column.js'
import { decodeHex } from '../sql/decode-id.js'
import { sql } from '../sql/sql.js'
import { COMPARED, DECISION } from '../tables/codes.js'
import type { WriteTransaction } from '../transaction/database.js'
import { NOTHING_KEPT, removeDocuments, type TargetRow } from '../write/remove-documents.js'
import type { TakeBackRate } from './take-back-rate.js'

/** Thrown where decisions have to be taken back before the items can be judged. Nothing was written. */
export class DecidedWrongly extends Error {
  /** Entries that were held without their payloads, and did something else than they tell. */
  readonly hashes: readonly Hash[]

  constructor(hashes: readonly Hash[]) {
    super('payloads came that tell of other documents')
    this.hashes = hashes
  }
}

export interface TakenBack {
  /** Entries of the documents, in the order of their arrival: they are judged again, as if they arrived now. */
  readonly arrivals: readonly Arrival[]
  /** How many entries the documents have. */
  readonly entries: number
  /** The documents, by the numbers that they had. */
  readonly documents: readonly NumberedEntry[]
  readonly told: ToldBefore
}

export const NOTHING_TAKEN_BACK: TakenBack = {
  arrivals: [],
  entries: 0,
  documents: [],
  told: NOTHING_TOLD,
}

type NumberedEntry = readonly [number: bigint, hash: Hash]

interface ForkedRow {
  public_key: Uint8Array
  log_id: bigint
}

interface EntryRow {
  number: bigint
  hash: Uint8Array
  entry: Uint8Array
  operation: Uint8Array | null
}

const NUMBERED = new Bulk<NumberedEntry>({
  number: bigintColumn(([number]) => number),
  hash: hexColumn(([, hash]) => hash),
})

/**
 * Takes back all that was decided about the documents of entries that were held without their payloads, as far as the
 * rate has room for them. Nothing has been read into the ledger before.
 */
export async function takeBack(
  transaction: WriteTransaction,
  hashes: readonly Hash[],
  rate: TakeBackRate,
): Promise<TakenBack> {
  const { names, ledger } = transaction
  const [entries, documents, pinned] = [names.table('entries'), names.table('documents'), names.table('pinned_views')]
  const found = await transaction.query<TargetRow & { size: bigint }>(
    sql`SELECT number, schema, 1 + (
       SELECT count(*) FROM ${entries} WHERE document = d.number AND document <> number
     ) AS size
     FROM ${documents} AS d WHERE number IN (
       SELECT document FROM ${entries}
       WHERE hash = ANY(${hexArray(hashes)}::bytea[]) AND decision = ${sql.integer(DECISION.purged)}
     ) ORDER BY size, number`,
  )
  let size = 0
  const targets = found.rows.filter((row) => {
    const sum = size + Number(row.size)
    if (!rate.hasRoom(sum)) return false
    size = sum
    return true
  })
  if (targets.length === 0) return NOTHING_TAKEN_BACK
  const chosen = sql`ANY(${targets.map(({ number }) => number)}::bigint[])`
  const { rows } = await transaction.query<EntryRow>(
    sql`SELECT number, hash, entry, operation FROM ${entries} WHERE number = ${chosen} AND entry IS NOT NULL
     UNION ALL SELECT number, hash, entry, operation FROM ${entries} WHERE document = ${chosen} AND document <> number
     ORDER BY number`,
  )
  // What pins a view of theirs waits for its operations again.
  await transaction.query(sql`UPDATE ${pinned} SET awaits = substring(view_id FOR 34) WHERE document = ${chosen}`)
  await removeDocuments(transaction, targets)
  const { rows: forked } = await transaction.query<ForkedRow>(
    sql`WITH gone AS (DELETE FROM ${names.table('heads')} WHERE document = ${chosen} RETURNING author, log_id, forked)
     SELECT a.public_key, g.log_id FROM gone AS g JOIN ${names.table('authors')} AS a ON a.number = g.author WHERE g.forked`,
  )
  const empty = rows.map(({ number, hash }) => {
    return [number, emptyPlaceId(Number(number), decodeHex(hash) as Hash)] as const
  })
  await transaction.query(
    sql`UPDATE ${entries} AS e SET hash = u.hash, decision = ${sql.integer(DECISION.refused)},
       compared = ${sql.integer(COMPARED.never)}, ${NOTHING_KEPT}
     FROM ${NUMBERED.source(empty)} WHERE e.number = u.number`,
  )
  const arrivals = rows.flatMap(({ entry, operation }) => readAgain(entry, operation))
  const schemaIds = new Map(targets.map(({ number, schema }) => [number, ledger.schemaAt(schema)?.schema.id]))
  const taken = rows.flatMap(({ number, hash }): NumberedEntry[] => {
    return schemaIds.has(number) ? [[number, decodeHex(hash) as Hash]] : []
  })
  const told = {
    documents: new Map(taken.map(([number, id]) => [id as string as DocumentId, schemaIds.get(number) as SchemaId])),
    forkedLogs: new Set(forked.map((row) => logName(decodeHex(row.public_key) as PublicKey, row.log_id))),
  }
  return { arrivals, entries: size, documents: taken, told }
}

/** To be called once it is written what became of the entries. */
export async function afterTakingBack(
  transaction: WriteTransaction,
  { arrivals, entries, documents }: TakenBack,
  isDecided: (hash: Hash) => boolean,
): Promise<void> {
  await moveIdempotencyIds(transaction, documents)
  const areAllDecided = arrivals.length === entries && arrivals.every(({ entryHash }) => isDecided(entryHash))
  // What waits may be dropped for want of room. Behind a resume point nobody would ask for it again.
  if (!areAllDecided) await transaction.query(sql`DELETE FROM ${transaction.names.table('resume_points')}`)
}

/** Idempotency ids lead to what became of these documents. */
async function moveIdempotencyIds(transaction: WriteTransaction, documents: readonly NumberedEntry[]): Promise<void> {
  const { names } = transaction
  const [entries, ids] = [names.table('entries'), names.table('idempotency')]
  const moved = sql`SELECT u.number, e.document FROM ${NUMBERED.source(documents)} LEFT JOIN ${entries} AS e ON e.hash = u.hash`
  await transaction.query(
    sql`WITH moved AS (${moved}), lost AS (
       DELETE FROM ${ids} WHERE document IN (SELECT number FROM moved WHERE document IS NULL)
     )
     UPDATE ${ids} AS i SET document = m.document FROM moved AS m
     WHERE i.document = m.number AND m.document IS NOT NULL`,
  )
}

/** What was held can be read. What cannot is damaged, and is lost as any other such entry. */
function readAgain(entry: Uint8Array, operation: Uint8Array | null): Arrival[] {
  try {
    return [decodeSigned({ entry, ...(operation && { operation }) })]
  } catch (error) {
    if (error instanceof RakkoError) return []
    throw error
  }
}
