import type { MaintenanceSlice } from '../maintenance-slice.js'
import { type Sql, sql } from '../sql/sql.js'
import type { Database } from '../transaction/database.js'

/** Free space that is worth moving rows for: this many blocks of 8 kB, and this share of a table. */
const MIN_FREE_BLOCKS = 64
const MIN_FREE_SHARE = 1 / 3
/** A table keeps a little more than its rows need. */
const SLACK = 1.1
const BLOCK_BYTES = 8_160
/** Header, line pointer and alignment. */
const ROW_BYTES = 36
/** Values of more than 2 kB lie in a table beside, in pieces. Four pieces fill a block. */
const PIECES_PER_BLOCK = 4
/** What one slice looks at and moves at most. */
const SLICE_BLOCKS = 64
const SLICE_PIECE_BLOCKS = 256
const SLICE_BYTES = 2 * 1024 * 1024

/** A table as PostgreSQL's `regclass` names it: with its schema, and in quotes where it needs them. */
const named = (table: string): Sql => sql.raw(table)

/** A table's file, whose rows are moved away from its end. */
interface Tail {
  readonly table: Sql
  /** Absent where the file is that of the rows themselves. */
  readonly pieces?: Sql | undefined
  /** Columns of variable length. */
  readonly wide: readonly Sql[]
  /** Number of the block before which all rows have room. */
  readonly cut: number
  /** From here on the file is empty. */
  end: number
}

interface Measured {
  rows: number
  blocks: number
  width: number
  fillfactor: number
  pieces: string | null
  piece_rows: number
  piece_blocks: number
  wide: string[]
}

/**
 * Gives back to the file system the room that deletions have left in the midst of tables.
 *
 * A VACUUM makes such room free for new rows and cuts off a file's empty end, no more. So rows at the end of the file
 * are written again, lowest free blocks first, where a VACUUM has made room. Another VACUUM then cuts the file. Rows
 * are deleted and inserted in one statement, so nobody sees a difference.
 *
 * Only purged payloads and forgotten documents are a reason to look: what updates leave is soon filled. No update fills
 * `entries`. So a process also asks once whether an earlier process has left something to do there.
 */
export class Compactor {
  readonly #database: Database
  #isDue = false
  /** Nobody has asked yet what an earlier process has left. */
  #isNew = true
  /** Tables that may be larger than they need to be. */
  #tables: string[] = []
  /** The file of the first of them; undefined before it was measured. */
  #tails: Tail[] | undefined

  constructor(database: Database) {
    this.#database = database
  }

  /** Called when much was deleted. */
  wake(): void {
    this.#isDue = true
  }

  /** Does the next step; undefined where there is none. Rejects where it failed: the table is left as it is. */
  async slice(): Promise<MaintenanceSlice | undefined> {
    if (this.#isDue) {
      // Some of those from before may have been dropped.
      this.#tables = await this.#findTables()
      this.#tails = undefined
    } else if (this.#isNew) {
      this.#tables = await this.#findLeft()
    }
    this.#isDue = false
    this.#isNew = false
    const [table] = this.#tables
    if (table === undefined) return undefined
    try {
      return await this.#tend(table)
    } catch (error) {
      this.#leave()
      throw error
    }
  }

  async #tend(table: string): Promise<MaintenanceSlice> {
    const tail = this.#tails?.find(({ end, cut }) => end > cut)
    if (tail) {
      if (tail.pieces === undefined) await this.#moveRows(tail)
      else await this.#movePieces(tail, tail.pieces)
      return { kind: 'compact', table }
    }
    await this.#database.exec(sql`VACUUM (ANALYZE) ${named(table)}`)
    this.#tails = this.#tails ? undefined : await this.#measure(table)
    if (!this.#tails?.length) this.#leave()
    return { kind: 'vacuum', table }
  }

  #leave(): void {
    this.#tables.shift()
    this.#tails = undefined
  }

  async #findTables(): Promise<string[]> {
    const { rows } = await this.#database.query<{ table: string }>(
      sql`SELECT oid::regclass::text AS table FROM pg_class
        WHERE relkind = 'r' AND relnamespace = ${this.#database.names.schema.text}::regnamespace
          AND pg_table_size(oid) > ${sql.integer(MIN_FREE_BLOCKS)} * current_setting('block_size')::bigint ORDER BY 1`,
    )
    return rows.map(({ table }) => table)
  }

  /** Measures by what the latest VACUUM has found. */
  async #findLeft(): Promise<string[]> {
    const entries = this.#database.names.table('entries').text
    return (await this.#measure(entries)).length > 0 ? [entries] : []
  }

  /** Measures by what the VACUUM has just found. Undefined for a table that is as small as it needs to be. */
  async #measure(table: string): Promise<Tail[]> {
    const { rows } = await this.#database.query<Measured>(
      sql`SELECT c.reltuples::float8 AS rows, c.relpages AS blocks, COALESCE(t.reltuples, 0)::float8 AS piece_rows,
         t.oid::regclass::text AS pieces, COALESCE(t.relpages, 0) AS piece_blocks,
         (SELECT COALESCE(sum(stawidth * (1 - stanullfrac)), 0) FROM pg_statistic WHERE starelid = c.oid)::float8 AS width,
         COALESCE((SELECT option_value::integer FROM pg_options_to_table(c.reloptions)
           WHERE option_name = 'fillfactor'), 100) AS fillfactor,
         ARRAY(SELECT attname::text FROM pg_attribute WHERE attrelid = c.oid AND attnum > 0 AND NOT attisdropped
           AND attstorage <> 'p') AS wide
       FROM pg_class AS c LEFT JOIN pg_class AS t ON t.oid = c.reltoastrelid WHERE c.oid = ${table}::regclass`,
    )
    return rows.flatMap((found) => {
      const file = { table: named(table), wide: found.wide.map(sql.quoted) }
      const bytes = (found.rows * (found.width + ROW_BYTES) * 100) / found.fillfactor
      return [
        ...tailOf(file, found.blocks, bytes / BLOCK_BYTES),
        ...(found.pieces === null
          ? []
          : tailOf({ ...file, pieces: named(found.pieces) }, found.piece_blocks, found.piece_rows / PIECES_PER_BLOCK)),
      ]
    })
  }

  async #moveRows(tail: Tail): Promise<void> {
    const { table, wide } = tail
    const start = Math.max(tail.cut, tail.end - SLICE_BLOCKS)
    const sizes = wide.map((column) => sql`COALESCE(pg_column_size(${column}), 0)`)
    const size = sql.join([sql.integer(ROW_BYTES), ...sizes], ' + ')
    const { rows } = await this.#database.query<{ isLast: boolean }>(
      sql`WITH found AS MATERIALIZED (
         SELECT place, sum(size) OVER (ORDER BY place DESC) - size < ${sql.integer(SLICE_BYTES)} AS chosen
         FROM (SELECT ctid AS place, ${size} AS size FROM ${table}
           WHERE ${isWithin(start, tail.end)}) AS sized
       ), ${moveRows(table, sql`ctid = ANY(ARRAY(SELECT place FROM found WHERE chosen))`)}
       SELECT COALESCE(bool_and(chosen), true) AS "isLast" FROM found`,
    )
    await this.#database.flush()
    if (rows[0]?.isLast) tail.end = start
  }

  /** Values in pieces move with their rows. So the rows are taken whose pieces lie at the end. */
  async #movePieces(tail: Tail, pieces: Sql): Promise<void> {
    const { table, wide } = tail
    const start = Math.max(tail.cut, tail.end - SLICE_PIECE_BLOCKS)
    const { rows } = await this.#database.query<{ value: number }>(
      sql`SELECT DISTINCT chunk_id AS value FROM ${pieces} WHERE ${isWithin(start, tail.end)}`,
    )
    if (rows.length > 0) {
      const values = sql`ANY(${rows.map(({ value }) => value)}::oid[])`
      const isThere = wide.map((column) => sql`pg_column_toast_chunk_id(${column}) = ${values}`)
      await this.#database.query(sql`WITH ${moveRows(table, sql.join(isThere, ' OR '))} SELECT`)
      await this.#database.flush()
    }
    tail.end = start
  }
}

function tailOf(file: Pick<Tail, 'table' | 'wide' | 'pieces'>, blocks: number, needed: number): Tail[] {
  const cut = Math.ceil(needed * SLACK)
  const free = blocks - cut
  return free < MIN_FREE_BLOCKS || free < blocks * MIN_FREE_SHARE ? [] : [{ ...file, cut, end: blocks }]
}

/** Whether a row lies from one block on and before another. */
function isWithin(start: number, end: number): Sql {
  return sql`ctid >= ${`(${start},0)`}::text::tid AND ctid < ${`(${end},0)`}::text::tid`
}

function moveRows(table: Sql, condition: Sql): Sql {
  return sql`moved AS (DELETE FROM ${table} WHERE ${condition} RETURNING *), put AS (INSERT INTO ${table} SELECT * FROM moved)`
}
