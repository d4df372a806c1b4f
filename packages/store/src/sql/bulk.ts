import { arrayParameter, type Column } from './column.js'
import { MAX_STATEMENT_BYTES, type Statement } from './statement.js'

/** Columns of a table that one bulk statement writes, by column name. */
export type Columns<Row> = Readonly<Record<string, Column<Row>>>

/**
 * `INSERT … SELECT … FROM unnest(…)`: one statement for any number of rows, more where bytes are too many, none for no
 * rows. `conflict` is an ON CONFLICT clause.
 */
export function bulkInsert<Row>(
  table: string,
  columns: Columns<Row>,
  rows: readonly Row[],
  conflict = '',
): Statement[] {
  if (rows.length === 0) return []
  const { names, references, source } = bulkSource(columns)
  const text = `INSERT INTO ${table} (${names.join(', ')}) SELECT ${references.join(', ')} FROM ${source} ${conflict}`
  return bulkParameters(columns, rows).map((parameters) => ({ text, parameters }))
}

/**
 * `UPDATE … FROM unnest(…)`, rows found by the `key` columns. With `keep`, a NULL leaves the stored value as it is;
 * such columns must be NOT NULL.
 */
export function bulkUpdate<Row>(
  table: string,
  key: readonly string[],
  columns: Columns<Row>,
  rows: readonly Row[],
  { keep = false } = {},
): Statement[] {
  if (rows.length === 0) return []
  const { names, references, source } = bulkSource(columns)
  const set: string[] = []
  const where: string[] = []
  for (const [index, name] of names.entries()) {
    const reference = references[index] as string
    if (key.includes(name)) where.push(`t.${name} = ${reference}`)
    else set.push(`${name} = ${keep ? `COALESCE(${reference}, t.${name})` : reference}`)
  }
  const text = `UPDATE ${table} AS t SET ${set.join(', ')} FROM ${source} WHERE ${where.join(' AND ')}`
  return bulkParameters(columns, rows).map((parameters) => ({ text, parameters }))
}

/** Rows as a FROM item `u`, with its parameters: for a statement that reads. */
export function bulkBind<Row>(
  columns: Columns<Row>,
  rows: readonly Row[],
): { source: string; parameters: readonly Uint8Array[] } {
  const parameters = Object.values(columns).map((column) => arrayParameter(column, rows))
  return { source: bulkSource(columns).source, parameters }
}

/** `unnest($1::bigint[], …) AS u (…)`, its columns named as the table's; `references` are their values. */
function bulkSource<Row>(columns: Columns<Row>): { names: string[]; references: string[]; source: string } {
  const names = Object.keys(columns)
  const arrays: string[] = []
  const references: string[] = []
  for (const [index, { elementType, convert }] of Object.values(columns).entries()) {
    arrays.push(`$${index + 1}::${elementType}[]`)
    const reference = `u.${names[index]}`
    references.push(convert ? convert(reference) : reference)
  }
  return { names, references, source: `unnest(${arrays.join(', ')}) AS u (${names.join(', ')})` }
}

/** One set of parameters, an array a column; several where the rows together pass MAX_STATEMENT_BYTES. */
function bulkParameters<Row>(columns: Columns<Row>, rows: readonly Row[]): Uint8Array[][] {
  // Column by column: each loop then calls one function on one kind of value, which engines make fast.
  const parameters = Object.values(columns).map((column) => arrayParameter(column, rows))
  const bytes = parameters.reduce((sum, { length }) => sum + length, 0)
  if (bytes <= MAX_STATEMENT_BYTES || rows.length === 1) return [parameters]
  const half = Math.ceil(rows.length / 2)
  return [...bulkParameters(columns, rows.slice(0, half)), ...bulkParameters(columns, rows.slice(half))]
}
