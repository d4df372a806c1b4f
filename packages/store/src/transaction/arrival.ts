import { RakkoError } from '@rakko/core'
import type { DriverTransaction } from '../driver/driver.js'
import { querySql } from '../sql/run-sql.js'
import { sql } from '../sql/sql.js'
import type { Names } from '../tables/names.js'
import type { Queries } from '../tables/queries.js'

/** The last numbers given out: the row `arrival`, which a write transaction holds locked. */
export interface Counters {
  number: number
  author: number
  schema: number
  /** Entries that wait for others, see write/parking.ts, and their bytes. */
  parked: number
  parkedBytes: number
  /** Entries that wait and were held before, see ingest/take-back.ts. */
  again: number
  /** Documents whose decisions are taken back. */
  takenBack: number
  /** Whether some view is pinned whose operations have not all arrived. */
  readonly awaited: boolean
  /** What a verification has found to be lost, see verify/lost.ts. */
  readonly lost: number
  /** How often tables were dropped, see maintain/evict-tables.ts. */
  dropped: number
}

/** For a ledger that only reads. */
export const NO_COUNTERS: Readonly<Counters> = {
  number: 0,
  author: 0,
  schema: 0,
  parked: 0,
  parkedBytes: 0,
  again: 0,
  takenBack: 0,
  awaited: false,
  lost: 0,
  dropped: 0,
}

/** Transactions as the row `arrival` shows them. */
export interface Marks {
  /** The one that wrote the row last. */
  readonly before: bigint
  /** This one. */
  readonly own: bigint
}

interface ArrivalRow {
  number: bigint
  author: number
  schema: number
  parked: number
  parked_bytes: bigint
  again: number
  taken_back: number
  awaited: boolean
  lost: bigint
  dropped: number
  before: bigint
  own: bigint
}

/** The lock by which transactions of all nodes on this database come one after another. */
export async function lockArrival(
  transaction: DriverTransaction,
  names: Names,
): Promise<{ counters: Counters; marks: Marks }> {
  const { rows } = await querySql<ArrivalRow>(
    transaction,
    sql`SELECT number, author, schema, parked, parked_bytes, again, taken_back, awaited, lost, dropped, xmin::text::bigint AS before,
       pg_current_xact_id()::xid::text::bigint AS own
     FROM ${names.table('arrival')} FOR UPDATE`,
  )
  const [row] = rows
  if (!row) throw new RakkoError('DATABASE_DAMAGED', 'the database is damaged: the row of its counters is lost')
  const { number, author, schema, parked, again, awaited, dropped, before, own } = row
  const [parkedBytes, lost, takenBack] = [Number(row.parked_bytes), Number(row.lost), row.taken_back]
  const kept = { parked, parkedBytes, again, takenBack, awaited, lost, dropped }
  const counters = { number: Number(number), author, schema, ...kept }
  return { counters, marks: { before, own } }
}

/** The transaction that wrote the row last, without a lock. */
export async function readMark(queries: Queries): Promise<bigint> {
  const statement = sql`SELECT xmin::text::bigint AS mark FROM ${queries.names.table('arrival')}`
  const { rows } = await queries.query<{ mark: bigint }>(statement)
  return rows[0]?.mark ?? 0n
}
