import { RakkoError } from '@rakko/core'
import { isDamageToOurs } from '../driver/damage.js'
import { SqlError } from '../driver/sql-error.js'
import { type Sql, sql } from '../sql/sql.js'
import type { Queries } from '../tables/queries.js'
import type { Database } from '../transaction/database.js'
import type { Findings } from './findings.js'

/** Blocks of 8 kB that one slice reads. */
const SLICE_BLOCKS = 64
/** Rows that one slice may read by an index. Where many rows say the same, only the first of them are looked at. */
const SLICE_INDEX_ROWS = 50_000
const MIN_ROWS_OF_KEY = 32

interface TableRow {
  name: string
  /** The same, or the table whose long values it holds. */
  owner: string
  blocks: number
  indexes: string[]
}

/** An index that finds rows by their columns, as it stands in the catalog. */
interface Index {
  readonly columns: readonly string[]
  readonly condition: string | null
}

/** A table, of rows or of the long values of another. */
interface Table {
  readonly name: Sql
  readonly owner: string
  readonly indexes: readonly Index[]
  readonly blocks: number
  /** The block that comes next. */
  next: number
  /** The index that comes next for these blocks. -1: the blocks themselves. */
  index: number
}

/** Reads every page of every table, and finds each row by each index. What PostgreSQL cannot read is mended at once. */
export class TableCheck {
  readonly #database: Database
  readonly #findings: Findings
  #tables: Table[] | undefined

  constructor(database: Database, findings: Findings) {
    this.#database = database
    this.#findings = findings
  }

  /** Returns whether all was read. */
  async slice(): Promise<boolean> {
    this.#tables ??= await this.#list()
    const [table] = this.#tables
    if (!table) return true
    const [from, index] = [table.next, table.index]
    table.index += 1
    if (table.index >= table.indexes.length) {
      table.index = -1
      table.next += SLICE_BLOCKS
    }
    if (table.next >= table.blocks) this.#tables.shift()
    const isWhole = await this.#isReadable(table, from, table.indexes[index])
    if (!isWhole) {
      await mend(this.#database, table.owner)
      this.#findings.tables.add(table.owner)
      this.#tables = this.#tables.filter(({ owner }) => owner !== table.owner)
    }
    return this.#tables.length === 0
  }

  async #list(): Promise<Table[]> {
    const { rows } = await this.#database.query<TableRow>(
      sql`SELECT c.oid::regclass::text AS name, t.relname::text AS owner,
         (pg_relation_size(c.oid) / current_setting('block_size')::bigint)::integer AS blocks,
         ARRAY(SELECT json_build_object(
             'columns', (SELECT json_agg(quote_ident(a.attname) ORDER BY k.place)
               FROM unnest(i.indkey::int2[]) WITH ORDINALITY AS k(number, place)
               JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attnum = k.number),
             'condition', pg_get_expr(i.indpred, c.oid))::text
           FROM pg_index AS i JOIN pg_class AS x ON x.oid = i.indexrelid JOIN pg_am AS m ON m.oid = x.relam
           WHERE i.indrelid = c.oid AND i.indexprs IS NULL AND m.amname = 'btree' ORDER BY i.indexrelid) AS indexes
       FROM pg_class AS t JOIN pg_class AS c ON c.oid IN (t.oid, t.reltoastrelid)
       WHERE t.relkind = 'r' AND t.relnamespace = ${this.#database.names.schema.text}::regnamespace ORDER BY t.oid, c.oid`,
    )
    return rows.map(({ name, owner, blocks, indexes }) => ({
      name: sql.raw(name),
      owner,
      blocks,
      indexes: indexes.map((index) => JSON.parse(index) as Index),
      next: 0,
      index: -1,
    }))
  }

  async #isReadable({ name, owner }: Table, from: number, index: Index | undefined): Promise<boolean> {
    const isWithin = sql`t.ctid >= ${`(${from},0)`}::text::tid AND t.ctid < ${`(${from + SLICE_BLOCKS},0)`}::text::tid`
    try {
      if (index) return await this.#database.snapshot((queries) => areFound(queries, name, index, isWithin))
      await this.#database.query(sql`SELECT count(*) FROM ${name} AS t WHERE ${isWithin}`)
      return true
    } catch (error) {
      if (error instanceof SqlError && isDamageToOurs(error)) return await this.#isDropped(owner)
      throw error
    }
  }

  /** Tables of schemas are dropped meanwhile, see maintain/evict-tables.ts. */
  async #isDropped(owner: string): Promise<boolean> {
    const table = `${this.#database.names.schema.text}.${owner}`
    const { rows } = await this.#database.query<{ dropped: boolean }>(
      sql`SELECT to_regclass(${table}) IS NULL AS dropped`,
    )
    return rows[0]?.dropped === true
  }
}

/**
 * Whether an index leads to each of these rows. Rows that say the same are read together, and not more than a slice may
 * read: then nobody knows of those behind.
 */
async function areFound(queries: Queries, name: Sql, { columns, condition }: Index, isWithin: Sql): Promise<boolean> {
  const named = columns.map((column) => sql.raw(column))
  const and = (conditions: readonly Sql[]) => sql.join(conditions, ' AND ')
  // Each key is looked for by the index, as calls do it.
  await queries.query(
    sql`SELECT set_config('enable_seqscan', 'off', true), set_config('enable_bitmapscan', 'off', true)`,
  )
  const { rows } = await queries.query<{ missing: boolean }>(
    sql`WITH stored AS MATERIALIZED (
         SELECT t.ctid AS place, ${sql.join(named)} FROM ${name} AS t
         WHERE ${isWithin} AND (${condition === null ? sql`true` : sql.raw(condition)})
           AND ${and(named.map((column) => sql`t.${column} IS NOT NULL`))}
       ), keys AS MATERIALIZED (SELECT DISTINCT ${sql.join(named)} FROM stored),
       most AS MATERIALIZED (
         SELECT GREATEST(${sql.integer(MIN_ROWS_OF_KEY)}, ${sql.integer(SLICE_INDEX_ROWS)} / GREATEST(count(*), 1)) AS rows
         FROM keys
       ), found AS MATERIALIZED (
         SELECT ${sql.join(named.map((column) => sql`k.${column}`))}, f.place FROM keys AS k CROSS JOIN LATERAL (
           SELECT x.ctid AS place FROM ${name} AS x WHERE ${and(named.map((column) => sql`x.${column} = k.${column}`))}
           LIMIT (SELECT rows FROM most)) AS f
       ), unread AS MATERIALIZED (
         SELECT ${sql.join(named)} FROM found GROUP BY ${sql.join(named)} HAVING count(*) >= (SELECT rows FROM most)
       )
     SELECT EXISTS (
       SELECT FROM stored AS s WHERE NOT EXISTS (SELECT FROM found AS f WHERE f.place = s.place)
         AND NOT EXISTS (SELECT FROM unread AS u WHERE ${and(named.map((column) => sql`u.${column} = s.${column}`))})
     ) AS missing`,
  )
  return rows[0]?.missing !== true
}

/**
 * Makes a table readable: its indexes are made again, and pages and values that nobody can read go. What they held is
 * made from entries afterwards. A table is locked as long as that takes, as by a compaction of all of it.
 */
export async function mend(database: Database, owner: string): Promise<void> {
  const table = sql`${database.names.schema}.${sql.quoted(owner)}`
  const rewrite = sql`VACUUM FULL ${table}`
  const isDone = (statement: Sql): Promise<boolean> =>
    database.exec(statement).then(
      () => true,
      (error: unknown) => {
        if (error instanceof SqlError && isDamageToOurs(error)) return false
        throw error
      },
    )
  await database.exec(sql`SET zero_damaged_pages = on`)
  try {
    if (await isDone(rewrite)) return
    await isDone(sql`REINDEX TABLE ${table}`)
    // Rows with a value that has a hole.
    await isDone(sql`
      DO $mend$
      DECLARE place tid;
      BEGIN
        FOR place IN SELECT ctid FROM ${table} LOOP
          BEGIN
            PERFORM octet_length(t::text) FROM ${table} AS t WHERE t.ctid = place;
          EXCEPTION WHEN data_corrupted OR index_corrupted OR internal_error THEN
            DELETE FROM ${table} WHERE ctid = place;
          END;
        END LOOP;
      END $mend$;`)
    if (await isDone(rewrite)) return
    // The file itself is gone. What this one says stands nowhere else.
    if (owner === 'meta') throw new RakkoError('DATABASE_DAMAGED', `${owner} cannot be read`)
    await database.exec(sql`TRUNCATE ${table}`)
  } finally {
    await database.exec(sql`SET zero_damaged_pages = off`)
  }
}

/** Does the work, and does it again with these tables mended where PostgreSQL has met damage. */
export async function orMended<Result>(
  database: Database,
  findings: Findings,
  owners: () => Iterable<string>,
  work: () => Promise<Result>,
): Promise<Result> {
  try {
    return await work()
  } catch (error) {
    if (!(error instanceof SqlError && isDamageToOurs(error))) throw error
    for (const owner of owners()) {
      await mend(database, owner)
      findings.tables.add(owner)
    }
    return work()
  }
}

/**
 * Makes the indexes of a table again, once. Where rows are missing, an index still leads to where they were. What is
 * stored there next would be found as what is missing.
 */
export class IndexRepair {
  readonly #database: Database
  readonly #findings: Findings
  readonly #done = new Set<string>()

  constructor(database: Database, findings: Findings) {
    this.#database = database
    this.#findings = findings
  }

  /** `tables`: their names without their PostgreSQL schema. */
  async before(tables: Iterable<string>): Promise<void> {
    for (const table of tables) {
      if (this.#done.has(table)) continue
      await this.#database.exec(sql`REINDEX TABLE ${this.#database.names.schema}.${sql.quoted(table)}`)
      this.#done.add(table)
      this.#findings.tables.add(table)
    }
  }
}
