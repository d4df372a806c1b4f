import {
  checkPayload,
  decodeEntry,
  decodeOperation,
  type Entry,
  entryTells,
  hash,
  hexToBytes,
  type OperationId,
  operationIdsOf,
  type PublicKey,
  unlessInvalid,
} from '@rakko/core'
import { Bulk } from '../sql/bulk.js'
import { hexArray, hexColumn, integerColumn } from '../sql/column.js'
import { decodeHex } from '../sql/decode-id.js'
import { sql } from '../sql/sql.js'
import { ACTION, COMPARED, DECISION } from '../tables/codes.js'
import type { Queries } from '../tables/queries.js'
import type { Database, WriteTransaction } from '../transaction/database.js'
import { type IndexRepair, orMended } from './check-tables.js'
import type { Findings } from './findings.js'

/** Arrival numbers and bytes that one slice reads. One entry is always read. */
const SLICE_ENTRIES = 256
const SLICE_BYTES = 4 * 1024 * 1024
/**
 * Numbers behind the last that a row names. Only the counter tells that there were entries with these. So a counter that
 * is wrong makes a verification this much longer at most.
 */
const MAX_LOST_AT_END = 200_000

interface EntryRow {
  number: bigint
  hash: Uint8Array
  decision: number
  author: number | null
  log_id: bigint | null
  seq_num: bigint | null
  action: number | null
  compared: number
  entry: Uint8Array | null
  operation: Uint8Array | null
  public_key: Uint8Array | null
}

/**
 * Goes through the entries by their numbers, which have no gaps. Each must be what its hash says, with the payload that
 * it claims, and what it names must be there. Authors and heads that are missing are made from entries.
 */
export class EntryCheck {
  readonly #database: Database
  readonly #findings: Findings
  readonly #indexes: IndexRepair
  #last = 0

  constructor(database: Database, findings: Findings, indexes: IndexRepair) {
    this.#database = database
    this.#findings = findings
    this.#indexes = indexes
  }

  /** Returns whether all were looked at. */
  async slice(): Promise<boolean> {
    const findings = this.#findings
    const from = this.#last
    const read = () => this.#read(from)
    const { rows, until, all } = await orMended(this.#database, findings, () => ['entries'], read)
    findings.entries = until
    findings.entriesInAll = all
    const gaps = until - from - rows.length
    if (gaps > 0) await this.#indexes.before(['entries'])
    findings.lostEntries += gaps
    const there = new Set(rows.map(({ number }) => Number(number)))
    for (let number = from + 1; gaps > 0 && number <= until; number += 1) {
      if (!there.has(number)) findings.gaps.add(number)
    }
    const authors = new Map<number, PublicKey>()
    const named = new Set<OperationId>()
    const wrong: bigint[] = []
    for (const row of rows) {
      const found = checkRow(row)
      if (found === 'damaged') {
        wrong.push(row.number)
        continue
      }
      for (const id of found?.names ?? []) named.add(id)
      if (found?.isMisplaced) wrong.push(row.number)
      else if (found && row.author !== null && row.public_key === null) authors.set(row.author, found.entry.publicKey)
    }
    if (wrong.length > 0) await this.#correct(wrong)
    for (const id of await missing(this.#database, named)) findings.entryIds.add(id)
    if (authors.size > 0) await this.#restoreAuthors(authors)
    await this.#restoreHeads(from, until)
    this.#last = until
    return until >= all
  }

  async #read(from: number): Promise<{ rows: EntryRow[]; until: number; all: number }> {
    const { names } = this.#database
    const { rows: counters } = await this.#database.query<{ number: bigint }>(
      sql`SELECT LEAST(number, ${sql.integer(MAX_LOST_AT_END)} + GREATEST(
           (SELECT COALESCE(max(number), 0) FROM ${names.table('entries')}),
           (SELECT COALESCE(max(document), 0) FROM ${names.table('heads')}),
           (SELECT COALESCE(max(number), 0) FROM ${names.table('documents')}))) AS number
         FROM ${names.table('arrival')}`,
    )
    const all = Number(counters[0]?.number ?? 0)
    const most = Math.min(all, from + SLICE_ENTRIES)
    const { rows } = await this.#database.query<EntryRow & { before: bigint }>(
      sql`SELECT * FROM (
         SELECT ${ENTRY_CELLS},
           (sum(COALESCE(octet_length(e.operation), 0)) OVER (ORDER BY e.number))::bigint
             - COALESCE(octet_length(e.operation), 0) AS before
         FROM ${names.table('entries')} AS e LEFT JOIN ${names.table('authors')} AS a ON a.number = e.author
         WHERE e.number > ${from}::bigint AND e.number <= ${most}::bigint) AS found
       WHERE before < ${sql.integer(SLICE_BYTES)} ORDER BY number`,
    )
    const { rows: left } = await this.#database.query<{ number: bigint }>(
      sql`SELECT number FROM ${names.table('entries')} WHERE number > ${rows.at(-1)?.number ?? BigInt(from)}::bigint
         AND number <= ${most}::bigint ORDER BY number LIMIT 1`,
    )
    return { rows, all, until: left[0] ? Number(left[0].number) - 1 : most }
  }

  /**
   * Where the bytes are whole, they tell the columns. Others go: then the entry is lost as any other, and is taken back
   * when it comes again.
   */
  async #correct(numbers: readonly bigint[]): Promise<void> {
    const { names } = this.#database
    const entries = names.table('entries')
    const gone = await this.#database.write(async (transaction) => {
      // A purge may have come between.
      const { rows } = await transaction.query<EntryRow>(
        sql`SELECT ${ENTRY_CELLS} FROM ${entries} AS e LEFT JOIN ${names.table('authors')} AS a ON a.number = e.author
         WHERE e.number = ANY(${numbers}::bigint[])`,
      )
      const damaged: EntryRow[] = []
      for (const row of rows) {
        const found = checkRow(row)
        if (found === 'damaged') damaged.push(row)
        else if (found?.isMisplaced) {
          const { logId, seqNum, publicKey } = found.entry
          const { affectedRows } = await transaction.query(
            sql`UPDATE ${entries} AS e SET log_id = ${logId}::numeric, seq_num = ${seqNum}::numeric,
               action = COALESCE(${found.action ?? null}::smallint, e.action), compared = ${found.compared}::smallint,
               author = (SELECT COALESCE(max(a.number), e.author) FROM ${names.table('authors')} AS a
                 WHERE a.public_key = ${hexToBytes(publicKey)}::bytea)
             WHERE e.number = ${row.number}::bigint`,
          )
          this.#findings.rows += affectedRows
        }
      }
      const lost = damaged.map(({ number }) => number)
      await transaction.query(sql`DELETE FROM ${entries} WHERE number = ANY(${lost}::bigint[])`)
      await transaction.dropCaches()
      return damaged
    })
    this.#findings.lostEntries += gone.length
    for (const { number, hash: id } of gone) {
      this.#findings.gaps.add(Number(number))
      this.#findings.entryIds.add(decodeHex(id) as OperationId)
    }
  }

  async #restoreAuthors(authors: ReadonlyMap<number, PublicKey>): Promise<void> {
    const { names } = this.#database
    await this.#indexes.before(['authors'])
    await this.#database.write(async (transaction) => {
      const { affectedRows } = await transaction.query(
        sql`INSERT INTO ${names.table('authors')} (number, public_key, highest_log, forked)
         SELECT u.number, u.public_key,
           GREATEST((SELECT max(log_id) FROM ${names.table('entries')} WHERE author = u.number),
             (SELECT max(log_id) FROM ${names.table('heads')} WHERE author = u.number)),
           EXISTS (SELECT FROM ${names.table('heads')} WHERE author = u.number AND forked)
         FROM ${AUTHORS.source([...authors])} ON CONFLICT DO NOTHING`,
      )
      await transaction.dropCaches()
      this.#findings.rows += affectedRows
    })
  }

  /** The head of a log is its latest entry. One that says less, or is not there, is made from the entries. */
  async #restoreHeads(from: number, until: number): Promise<void> {
    const wrong = sql`
      SELECT DISTINCT ON (e.author, e.log_id) e.author, e.log_id, e.seq_num, e.hash, e.document
      FROM ${this.#database.names.table('entries')} AS e
        LEFT JOIN ${this.#database.names.table('heads')} AS h ON h.author = e.author AND h.log_id = e.log_id
      WHERE e.number > ${from}::bigint AND e.number <= ${until}::bigint AND e.author IS NOT NULL AND e.log_id IS NOT NULL
        AND e.decision IN (${sql.integer(DECISION.held)}, ${sql.integer(DECISION.purged)})
        AND (h.author IS NULL OR h.seq_num < e.seq_num)
      ORDER BY e.author, e.log_id, e.seq_num DESC`
    const { rows } = await this.#database.query(wrong)
    if (rows.length === 0) return
    await this.#indexes.before(['heads'])
    await this.#database.write(async (transaction) => {
      const { names } = transaction
      const { affectedRows } = await transaction.query(
        sql`INSERT INTO ${names.table('heads')} (author, log_id, seq_num, hash, document)
         SELECT * FROM (${wrong}) AS latest
         ON CONFLICT (author, log_id) DO UPDATE SET seq_num = excluded.seq_num, hash = excluded.hash`,
      )
      await transaction.dropCaches()
      this.#findings.rows += affectedRows
    })
  }
}

const AUTHORS = new Bulk<readonly [number: number, publicKey: PublicKey]>({
  number: integerColumn(([number]) => number),
  public_key: hexColumn(([, publicKey]) => publicKey),
})

/** The columns of an `EntryRow`. */
const ENTRY_CELLS = sql`e.number, e.hash, e.decision, e.author, e.log_id, e.seq_num, e.action, e.compared, e.entry, e.operation, a.public_key`

interface Whole {
  readonly entry: Entry
  /** Undefined where the payload was purged. */
  readonly action?: number
  /** As rows.ts writes it. */
  readonly compared: number
  /** Whether its columns say something else. */
  readonly isMisplaced: boolean
  /** Entries that it builds on. */
  readonly names: readonly OperationId[]
}

/** Undefined where only the decision is kept. */
function checkRow(row: EntryRow): Whole | 'damaged' | undefined {
  const isHeld = row.decision === DECISION.held
  if (!isHeld && row.decision !== DECISION.purged) return undefined
  const { entry: bytes, operation: payload } = row
  if (bytes === null || (isHeld && payload === null)) return 'damaged'
  return (
    unlessInvalid(() => {
      const entry = decodeEntry(bytes)
      if (hash(bytes) !== decodeHex(row.hash)) return 'damaged'
      const isMisplaced =
        entry.logId !== row.log_id ||
        entry.seqNum !== row.seq_num ||
        (row.public_key !== null && decodeHex(row.public_key) !== entry.publicKey)
      const names: OperationId[] = entry.backlink === undefined ? [] : [entry.backlink as string as OperationId]
      if (payload === null) {
        const compared = COMPARED.byId
        return { entry, names, compared, isMisplaced: isMisplaced || row.compared !== compared }
      }
      checkPayload(entry, payload)
      const operation = decodeOperation(payload)
      const action = ACTION[operation.action]
      if (operation.previous !== undefined) names.push(...operationIdsOf(operation.previous))
      const compared = entryTells(entry, operation) ? COMPARED.byId : COMPARED.turned
      const isOther = action !== row.action || compared !== row.compared
      return { entry, names, action, compared, isMisplaced: isMisplaced || isOther }
    }) ?? 'damaged'
  )
}

/** Those that nothing was decided about. */
export async function missing(
  queries: Queries | WriteTransaction,
  ids: ReadonlySet<OperationId>,
): Promise<OperationId[]> {
  if (ids.size === 0) return []
  const { rows } = await queries.query<{ id: Uint8Array }>(
    sql`SELECT u.id FROM unnest(${hexArray(ids)}::bytea[]) AS u(id)
     WHERE NOT EXISTS (SELECT FROM ${queries.names.table('entries')} WHERE hash = u.id)`,
  )
  return rows.map(({ id }) => decodeHex(id) as OperationId)
}
