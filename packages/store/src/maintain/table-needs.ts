import { type Sql, sql } from '../sql/sql.js'
import type { Queries } from '../tables/queries.js'

/**
 * Dead rows that are worth a VACUUM: this many, and this many for each living one. A VACUUM cannot be divided, but is
 * shorter with fewer dead rows. So for large tables it is not put off until a fifth is dead.
 */
const MIN_DEAD_ROWS = 1_000
const DEAD_PER_LIVE = 0.2
const MAX_DEAD_ROWS = 100_000
/**
 * From here on it must not wait for a quiet moment: the table is twice as large as it needs to be, or a VACUUM grows
 * long.
 */
const URGENT_DEAD_ROWS = 10_000
const URGENT_DEAD_PER_LIVE = 1
const MAX_URGENT_DEAD_ROWS = 200_000
/** Changes since the last ANALYZE after which plans may be bad ones. */
const MIN_CHANGED_ROWS = 500
const CHANGED_PER_LIVE = 0.1
/** PostgreSQL drops its counts in a crash. Then a table is judged by how much it grew since its last VACUUM. */
const MIN_GROWN_PAGES = 64
const GROWN_PER_PAGE = 0.25
/** Transactions that a table may lag behind before its rows are frozen; PostgreSQL stops at two thousand million. */
const MAX_UNFROZEN_TRANSACTIONS = 500_000_000

/** Maintenance that one table needs. */
export interface Need {
  readonly kind: 'vacuum' | 'analyze'
  /** The statement that does it. */
  readonly statement: Sql
  /** As PostgreSQL's `regclass` names it: with its schema, and in quotes where it needs them. */
  readonly table: string
  readonly isUrgent: boolean
}

interface TableRow {
  table: string
  /** Rows of its own, and of the table where its long values lie. */
  dead: bigint
  live: bigint
  changed: bigint
  pages: number
  vacuumed_pages: number
  age: number
  is_catalogue: boolean
}

/**
 * What the tables of a store and of the catalog need, the most urgent first. `counted`: all that happened since this
 * process opened the database was counted. Where it was not, growth is looked at too.
 */
export async function readNeeds(queries: Queries, counted: boolean): Promise<Need[]> {
  // PostgreSQL publishes what this process has counted now and then. Now is when it is wanted.
  await queries.query(sql`SELECT pg_stat_force_next_flush()`)
  const { rows } = await queries.query<TableRow>(
    sql`SELECT oid::regclass::text AS table,
       pg_stat_get_dead_tuples(oid) + COALESCE(pg_stat_get_dead_tuples(NULLIF(reltoastrelid, 0)), 0) AS dead,
       pg_stat_get_live_tuples(oid) AS live, pg_stat_get_mod_since_analyze(oid) AS changed,
       (pg_relation_size(oid) / current_setting('block_size')::bigint)::integer AS pages,
       relpages AS vacuumed_pages, age(relfrozenxid) AS age, relnamespace = 'pg_catalog'::regnamespace AS is_catalogue
     FROM pg_class
     WHERE relkind = 'r' AND relnamespace IN ('pg_catalog'::regnamespace, ${queries.names.schema.text}::regnamespace)`,
  )
  const needs = rows.flatMap((row) => needsOf(row, counted))
  return needs.sort((a, b) => rank(a) - rank(b))
}

function needsOf(row: TableRow, counted: boolean): Need[] {
  const { table, pages, vacuumed_pages, age, is_catalogue } = row
  const [dead, live, changed] = [Number(row.dead), Number(row.live), Number(row.changed)]
  const isGrown = !counted && pages > vacuumed_pages * (1 + GROWN_PER_PAGE) + MIN_GROWN_PAGES
  const isDead = dead >= Math.min(MIN_DEAD_ROWS + live * DEAD_PER_LIVE, MAX_DEAD_ROWS)
  const isOld = age > MAX_UNFROZEN_TRANSACTIONS
  const isUrgent = dead >= Math.min(URGENT_DEAD_ROWS + live * URGENT_DEAD_PER_LIVE, MAX_URGENT_DEAD_ROWS)
  // PostgreSQL knows by itself what its catalog holds.
  const isChanged = !is_catalogue && changed >= MIN_CHANGED_ROWS + live * CHANGED_PER_LIVE
  const named = sql.raw(table)
  const needs: Need[] = []
  if (isDead || isGrown || isOld) {
    // The count of changed rows was dropped together with that of dead ones.
    needs.push({
      kind: 'vacuum',
      statement: sql`VACUUM ${isGrown ? sql`(ANALYZE)` : sql.empty} ${named}`,
      table,
      isUrgent,
    })
  }
  if (isChanged) needs.push({ kind: 'analyze', statement: sql`ANALYZE ${named}`, table, isUrgent: false })
  return needs
}

function rank({ kind, isUrgent }: Need): number {
  if (isUrgent) return 0
  return kind === 'vacuum' ? 1 : 2
}
