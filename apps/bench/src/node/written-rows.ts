import type { Driver } from '@rakko/store'

/** A table that a node writes to. */
export interface NodeTable {
  /** With its PostgreSQL schema. */
  readonly name: string
  readonly columns: readonly Column[]
  /** Names of the primary key's columns. */
  readonly key: readonly string[]
}

interface Column {
  readonly name: string
  readonly type: string
}

/** Rows of a table, as a statement that puts them. */
export interface WrittenRows {
  readonly text: string
  /** An array a column, in PostgreSQL's binary form. */
  readonly parameters: readonly Uint8Array[]
}

/** Every table there is, found in the catalog: what a node writes besides is not left out of its floor by mistake. */
export async function nodeTables(driver: Driver): Promise<NodeTable[]> {
  const { rows } = await driver.query<{ table: string; name: string; type: string; is_key: boolean }>(
    `SELECT c.relname AS table, a.attname AS name, format_type(a.atttypid, a.atttypmod) AS type,
       COALESCE(a.attnum = ANY(i.indkey::smallint[]), false) AS is_key
     FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace JOIN pg_attribute AS a ON a.attrelid = c.oid
       LEFT JOIN pg_index AS i ON i.indrelid = c.oid AND i.indisprimary
     WHERE n.nspname = 'rakko' AND c.relkind = 'r' AND a.attnum > 0 AND NOT a.attisdropped
     ORDER BY c.relname, a.attnum`,
  )
  const tables = new Map<string, { name: string; columns: Column[]; key: string[] }>()
  for (const { table, name, type, is_key } of rows) {
    const known = tables.get(table) ?? { name: `rakko.${table}`, columns: [], key: [] }
    tables.set(table, known)
    known.columns.push({ name, type })
    if (is_key) known.key.push(name)
  }
  return [...tables.values()]
}

/** Every row written from now on has this transaction id or a later one. */
export async function nextTransaction(driver: Driver): Promise<bigint> {
  const { rows } = await driver.query<{ mark: bigint }>(
    'SELECT pg_snapshot_xmax(pg_current_snapshot())::text::bigint AS mark',
  )
  return rows[0]?.mark ?? 0n
}

/**
 * What `source` has written since a transaction, as statements for `copy`, which was put all that was written before:
 * an insert or an update for each table. PostgreSQL itself makes the arrays, in the order in which the rows lie.
 */
export async function rowsSince(
  source: Driver,
  copy: Driver,
  tables: readonly NodeTable[],
  transaction: bigint,
): Promise<WrittenRows[]> {
  const written: WrittenRows[] = []
  for (const table of tables) {
    const arrays = await arraysOf(source, table, `${writtenSince(transaction)} ORDER BY t.ctid`)
    if (arrays.size > 0) written.push(await putStatement(table, arrays, source, copy, transaction))
  }
  return written
}

/** Number of rows written since a transaction, and a hash over all that is in them. */
export async function tableDigest(driver: Driver, { name }: NodeTable, transaction: bigint): Promise<string> {
  const { rows } = await driver.query<{ print: string }>(
    `SELECT count(*) || ' rows, hash ' || COALESCE(sum(hashtextextended(t::text, 0)), 0) AS print
     FROM ${name} AS t WHERE ${writtenSince(transaction)}`,
  )
  return rows[0]?.print ?? ''
}

function writtenSince(transaction: bigint): string {
  return `t.xmin::text::bigint >= ${transaction}`
}

/** By column; empty where no row is among them. */
async function arraysOf(
  driver: Driver,
  { name, columns }: NodeTable,
  condition: string,
  parameters: readonly Uint8Array[] = [],
): Promise<Map<string, Uint8Array>> {
  const arrays = columns.map((column) => `array_send(array_agg(r.${column.name})) AS ${column.name}`)
  const { rows } = await driver.query<Record<string, Uint8Array | null>>(
    `SELECT ${arrays.join(', ')} FROM (SELECT t.* FROM ${name} AS t WHERE ${condition}) AS r`,
    parameters,
  )
  return new Map(Object.entries(rows[0] ?? {}).flatMap(([column, array]) => (array === null ? [] : [[column, array]])))
}

async function putStatement(
  table: NodeTable,
  arrays: ReadonlyMap<string, Uint8Array>,
  source: Driver,
  copy: Driver,
  transaction: bigint,
): Promise<WrittenRows> {
  const { name, columns, key } = table
  const keys = columns.filter((column) => key.includes(column.name))
  const keyArrays = keys.map((column) => arrays.get(column.name) as Uint8Array)
  const among = `(${listOf(keys, 't.')}) IN (SELECT * FROM ${unnest(keys)})`
  const before = await arraysOf(copy, table, `${among} ORDER BY ${listOf(keys, 't.')}`, keyArrays)
  if (before.size === 0) {
    const text = `INSERT INTO ${name} (${listOf(columns)}) SELECT * FROM ${unnest(columns)}`
    return { text, parameters: columns.map((column) => arrays.get(column.name) as Uint8Array) }
  }
  const after = await arraysOf(source, table, `${writtenSince(transaction)} ORDER BY ${listOf(keys, 't.')}`)
  // A floor that set what has not changed would be too easy to reach.
  const changed = columns.filter((column) => !same(before.get(column.name), after.get(column.name)))
  if (keys.some((column) => changed.includes(column))) {
    throw new Error(`${name}: some rows were added and others changed, which one statement cannot repeat`)
  }
  const bound = [...keys, ...changed]
  const set = changed.map((column) => `${column.name} = u.${column.name}`).join(', ')
  const where = keys.map((column) => `t.${column.name} = u.${column.name}`).join(' AND ')
  return {
    text: `UPDATE ${name} AS t SET ${set} FROM ${unnest(bound)} AS u (${listOf(bound)}) WHERE ${where}`,
    parameters: bound.map((column) => arrays.get(column.name) as Uint8Array),
  }
}

function unnest(columns: readonly Column[]): string {
  return `unnest(${columns.map(({ type }, index) => `$${index + 1}::${type}[]`).join(', ')})`
}

function listOf(columns: readonly Column[], prefix = ''): string {
  return columns.map((column) => `${prefix}${column.name}`).join(', ')
}

function same(one: Uint8Array | undefined, other: Uint8Array | undefined): boolean {
  return one !== undefined && other !== undefined && Buffer.compare(one, other) === 0
}
