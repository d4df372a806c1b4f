import { arrayParameter, type Column } from './column.js'
import { MAX_STATEMENT_BYTES, type Statement } from './statement.js'

/** Columns of a table that one bulk statement writes, by column name. */
export type Columns<Row> = Readonly<Record<string, Column<Row>>>

/**
 * `INSERT … SELECT … FROM unnest(…)`: one statement for any number of rows, several where there are too many bytes,
 * none for no rows. `conflict` is an ON CONFLICT clause.
 */
export function bulkInsert<Row>(
  table: string,
  columns: Columns<Row>,
  rows: readonly Row[],
  conflict = '',
): Statement[] {
  if (rows.length === 0) return []
  const [single] = rows.length === 1 ? rows : []
  if (single) return [singleInsert(table, columns, single, conflict)]
  const { names, references, from } = bulkSource(columns)
  const text = `INSERT INTO ${table} (${names.join(', ')}) SELECT ${references.join(', ')} ${from} ${conflict}`
  return bulkParameters(columns, rows).map((parameters) => ({ text, parameters }))
}

/**
 * `UPDATE … FROM unnest(…)`: rows are found by the `key` columns. With `keep` a NULL leaves the stored value as it is.
 * Such columns must be NOT NULL.
 */
export function bulkUpdate<Row>(
  table: string,
  key: readonly string[],
  columns: Columns<Row>,
  rows: readonly Row[],
  { keep = false } = {},
): Statement[] {
  if (rows.length === 0) return []
  const [single] = rows.length === 1 ? rows : []
  const { names, references, from } = single ? singleSource(columns) : bulkSource(columns)
  const set: string[] = []
  const where: string[] = []
  for (const [index, name] of names.entries()) {
    const reference = references[index] as string
    if (key.includes(name)) where.push(`t.${name} = ${reference}`)
    else set.push(`${name} = ${keep ? `COALESCE(${reference}, t.${name})` : reference}`)
  }
  const text = `UPDATE ${table} AS t SET ${set.join(', ')} ${from} WHERE ${where.join(' AND ')}`
  if (single) return [{ text, parameters: singleParameters(columns, single) }]
  return bulkParameters(columns, rows).map((parameters) => ({ text, parameters }))
}

/**
 * One row without arrays. PostgreSQL keeps the plan of such a statement. It cannot know the lengths of arrays, and
 * planning takes longer than all else of a lone write.
 */
function singleInsert<Row>(table: string, columns: Columns<Row>, row: Row, conflict: string): Statement {
  const { names, references } = singleSource(columns)
  const text = `INSERT INTO ${table} (${names.join(', ')}) VALUES (${references.join(', ')}) ${conflict}`
  return { text, parameters: singleParameters(columns, row) }
}

function singleSource<Row>(columns: Columns<Row>): BulkSource {
  const names = Object.keys(columns)
  const references = Object.values(columns).map(({ elementType, convert }, index) => {
    const reference = `$${index + 1}::${elementType}`
    return convert ? convert(reference) : reference
  })
  return { names, references, from: '' }
}

function singleParameters<Row>(columns: Columns<Row>, row: Row): unknown[] {
  return Object.values(columns).map((column) => column.single(row))
}

/** Rows as a FROM item `u` with its parameters, for a statement that reads. */
export function bulkBind<Row>(
  columns: Columns<Row>,
  rows: readonly Row[],
): { source: string; parameters: readonly Uint8Array[] } {
  const parameters = Object.values(columns).map((column) => arrayParameter(column, rows))
  return { source: bulkSource(columns).source, parameters }
}

interface BulkSource {
  readonly names: readonly string[]
  /** The columns' values. */
  readonly references: readonly string[]
  /** Where the values come from. */
  readonly from: string
}

/** `unnest($1::bigint[], …) AS u (…)`, its columns named as the table's. */
function bulkSource<Row>(columns: Columns<Row>): BulkSource & { readonly source: string } {
  const names = Object.keys(columns)
  const arrays: string[] = []
  const references: string[] = []
  for (const [index, { elementType, convert }] of Object.values(columns).entries()) {
    arrays.push(`$${index + 1}::${elementType}[]`)
    const reference = `u.${names[index]}`
    references.push(convert ? convert(reference) : reference)
  }
  const source = `unnest(${arrays.join(', ')}) AS u (${names.join(', ')})`
  return { names, references, source, from: `FROM ${source}` }
}

/** One set of parameters, one array a column. Several sets where the rows together pass MAX_STATEMENT_BYTES. */
function bulkParameters<Row>(columns: Columns<Row>, rows: readonly Row[]): Uint8Array[][] {
  // Column by column: each loop then calls one function on one kind of value, which engines make fast.
  const parameters = Object.values(columns).map((column) => arrayParameter(column, rows))
  const bytes = parameters.reduce((sum, { length }) => sum + length, 0)
  if (bytes <= MAX_STATEMENT_BYTES || rows.length === 1) return [parameters]
  const half = Math.ceil(rows.length / 2)
  return [...bulkParameters(columns, rows.slice(0, half)), ...bulkParameters(columns, rows.slice(half))]
}
