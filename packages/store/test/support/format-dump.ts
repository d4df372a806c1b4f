import { readdirSync, readFileSync } from 'node:fs'
import type { Driver } from '../../src/driver/driver.js'
import { sql } from '../../src/sql/sql.js'

const FOLDER = new URL('../formats/', import.meta.url)

/** Formats of which a dump is kept, ascending. */
export function dumpedFormats(): number[] {
  return readdirSync(FOLDER)
    .map((name) => Number(/^(\d+)\.sql$/.exec(name)?.[1]))
    .sort((a, b) => a - b)
}

/** Puts a dumped database into a PostgreSQL schema of its own. */
export async function restoreFormat(driver: Driver, format: number, schemaName: string): Promise<void> {
  const schema = sql.quoted(schemaName).text
  // Functions name the schema that their own names are in.
  const dump = readFileSync(new URL(`${format}.sql`, FOLDER), 'utf8').replaceAll(':schema.', `${schema}.`)
  await driver.transaction((session) =>
    session.exec(`CREATE SCHEMA ${schema}; SET LOCAL search_path = ${schema};\n${dump}`),
  )
}

/** What differs from database to database, whatever they hold. */
const OWN_TABLES = ['meta', 'idempotency', 'openings']

/**
 * Every row of every table but those of OWN_TABLES, and what the catalog says of tables and functions; names
 * ascend.
 */
export async function readTables(driver: Driver, schemaName: string): Promise<unknown> {
  const { rows: columns } = await driver.query<{ table: string }>(
    `SELECT relname::text AS table, attname::text AS name, format_type(atttypid, atttypmod) AS type,
       attnotnull AS required, pg_get_expr(adbin, adrelid) AS value
     FROM pg_class JOIN pg_attribute ON attrelid = pg_class.oid
       LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum
     WHERE relnamespace = $1::regnamespace AND relkind = 'r' AND attnum > 0 AND NOT attisdropped ORDER BY 1, 2`,
    [sql.quoted(schemaName).text],
  )
  const { rows: indexes } = await driver.query(
    `SELECT relname::text AS name, replace(pg_get_indexdef(indexrelid), $2, '') AS definition
     FROM pg_index JOIN pg_class ON pg_class.oid = indexrelid WHERE relnamespace = $1::regnamespace ORDER BY 1`,
    [sql.quoted(schemaName).text, `${sql.quoted(schemaName).text}.`],
  )
  const { rows: storage } = await driver.query(
    `SELECT relname::text AS table, reloptions AS options FROM pg_class
     WHERE relnamespace = $1::regnamespace AND relkind = 'r' ORDER BY 1`,
    [sql.quoted(schemaName).text],
  )
  const { rows: functions } = await driver.query(
    `SELECT proname::text AS name, provolatile::text AS volatility, replace(prosrc, $1 || '.', '') AS source
     FROM pg_proc WHERE pronamespace = $1::regnamespace ORDER BY 1`,
    [sql.quoted(schemaName).text],
  )
  const { rows: collations } = await driver.query(
    `SELECT collname::text AS name, collprovider::text AS provider, colllocale AS locale
     FROM pg_collation WHERE collnamespace = $1::regnamespace ORDER BY 1`,
    [sql.quoted(schemaName).text],
  )
  const rows: Record<string, string[]> = {}
  for (const table of new Set(columns.map(({ table }) => table))) {
    if (OWN_TABLES.includes(table)) continue
    const found = await driver.query<{ row: string }>(
      `SELECT to_jsonb(t)::text AS row FROM ${sql.quoted(schemaName).text}.${table} AS t ORDER BY 1`,
    )
    rows[table] = found.rows.map(({ row }) => row)
  }
  return { columns, indexes, storage, functions, collations, rows }
}
