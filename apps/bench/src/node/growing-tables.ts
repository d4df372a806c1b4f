import type { Driver } from '@rakko/store'

/** A table to which an ingest adds rows, each with the arrival number of its entry or of its document's CREATE. */
export interface GrowingTable {
  /** With its PostgreSQL schema. */
  readonly name: string
  readonly columns: readonly { readonly name: string; readonly type: string }[]
  /** The column of that number. */
  readonly key: string
}

/** Rows of a table, as a statement that inserts them. */
export interface AddedRows {
  readonly text: string
  /** An array a column, in PostgreSQL's binary form. */
  readonly parameters: readonly Uint8Array[]
}

/** Every such table there is, found in the catalogue: what a node writes besides is not left out of its floor by mistake. */
export async function growingTables(driver: Driver): Promise<GrowingTable[]> {
  const { rows } = await driver.query<{ table: string; name: string; type: string }>(
    `SELECT c.relname AS table, a.attname AS name, format_type(a.atttypid, a.atttypmod) AS type
     FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace JOIN pg_attribute AS a ON a.attrelid = c.oid
     WHERE n.nspname = 'rakko' AND c.relkind = 'r' AND c.relname <> 'arrival' AND a.attnum > 0 AND NOT a.attisdropped
     ORDER BY c.relname, a.attnum`,
  )
  const tables = new Map<string, { name: string; type: string }[]>()
  for (const { table, name, type } of rows) tables.set(table, [...(tables.get(table) ?? []), { name, type }])
  return [...tables].flatMap(([table, columns]) => {
    const key = ['number', 'document'].find((name) => columns.some((c) => c.name === name && c.type === 'bigint'))
    return key === undefined ? [] : [{ name: `rakko.${table}`, columns, key }]
  })
}

/** What was added after an arrival number; PostgreSQL itself makes the arrays. Tables without new rows are left out. */
export async function rowsAfter(driver: Driver, tables: readonly GrowingTable[], number: bigint): Promise<AddedRows[]> {
  const added: AddedRows[] = []
  for (const { name, columns, key } of tables) {
    const arrays = columns.map((column) => `array_send(array_agg(${column.name} ORDER BY ${key})) AS ${column.name}`)
    const { rows } = await driver.query<Record<string, Uint8Array | null>>(
      `SELECT ${arrays.join(', ')} FROM ${name} WHERE ${key} > $1::bigint`,
      [number],
    )
    const parameters = columns.flatMap((column) => rows[0]?.[column.name] ?? [])
    if (parameters.length === 0) continue
    const source = columns.map(({ type }, index) => `$${index + 1}::${type}[]`).join(', ')
    const names = columns.map((column) => column.name).join(', ')
    added.push({ text: `INSERT INTO ${name} (${names}) SELECT * FROM unnest(${source})`, parameters })
  }
  return added
}

/** The last arrival number given out. */
export async function lastArrival(driver: Driver): Promise<bigint> {
  const { rows } = await driver.query<{ number: bigint }>('SELECT number FROM rakko.arrival')
  return rows[0]?.number ?? 0n
}

/** Number of rows from an arrival number on, and a hash over all that is in them. */
export async function fingerprint(driver: Driver, { name, key }: GrowingTable, from: bigint): Promise<string> {
  const { rows } = await driver.query<{ print: string }>(
    `SELECT count(*) || ' rows, hash ' || COALESCE(sum(hashtextextended(t::text, 0)), 0) AS print
     FROM ${name} AS t WHERE ${key} >= $1::bigint`,
    [from],
  )
  return rows[0]?.print ?? ''
}
