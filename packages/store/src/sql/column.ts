import { hexToBytes } from '@rakko/core'
import { BinaryArray } from './binary-array.js'
import { OID } from './binary-value.js'
import { type Sql, type SqlParameter, sql } from './sql.js'

/** How one column of a bulk statement is read from a row and bound. `undefined` becomes NULL. */
export interface Column<Row> {
  /** SQL type of the value, and of an array's elements. */
  readonly elementType: keyof typeof OID
  /** How the statement changes an element, where it does. */
  readonly convert?: (reference: Sql) => Sql
  push(array: BinaryArray, row: Row): void
  /** The value alone, as a driver binds it. */
  single(row: Row): SqlParameter
}

export function boolColumn<Row>(get: (row: Row) => boolean | undefined): Column<Row> {
  return column('bool', get, (array, value) => array.pushBool(value))
}

export function smallintColumn<Row>(get: (row: Row) => number | undefined): Column<Row> {
  return column('int2', get, (array, value) => array.pushInt2(value))
}

export function integerColumn<Row>(get: (row: Row) => number | undefined): Column<Row> {
  return column('int4', get, (array, value) => array.pushInt4(value))
}

export function bigintColumn<Row>(get: (row: Row) => number | bigint | undefined): Column<Row> {
  return column('int8', get, (array, value) => array.pushInt8(value))
}

/** An unsigned 64-bit integer in a `numeric(20)` column: `bigint` holds only half of them. */
export function u64Column<Row>(get: (row: Row) => bigint | undefined): Column<Row> {
  return column('numeric', get, (array, value) => array.pushNumeric(value))
}

export function float8Column<Row>(get: (row: Row) => number | undefined): Column<Row> {
  return column('float8', get, (array, value) => array.pushFloat8(value))
}

export function textColumn<Row>(get: (row: Row) => string | undefined): Column<Row> {
  return column('text', get, (array, value) => array.pushText(value))
}

export function byteaColumn<Row>(get: (row: Row) => Uint8Array | undefined): Column<Row> {
  return column('bytea', get, (array, value) => array.pushBytes(value))
}

/** Ids and keys, which their users hold as text. Bytes are written straight from the digits. */
export function hexColumn<Row>(get: (row: Row) => string | undefined): Column<Row> {
  return column('bytea', get, (array, value) => array.pushHex(value), bytesOfHex)
}

/** Ids joined by `_` become their bytes in order. */
function bytesOfHex(hex: string): Uint8Array {
  return hexToBytes(hex.includes('_') ? hex.replaceAll('_', '') : hex)
}

/**
 * Lists of ids. An array of arrays must be rectangular. So each list travels as the text of an array and is cast back
 * in the statement.
 */
export function hexListColumn<Row>(get: (row: Row) => readonly string[] | undefined): Column<Row> {
  return {
    ...column('text', get, (array, value) => array.pushText(listLiteral(value)), listLiteral),
    convert: (reference) => sql`${reference}::bytea[]`,
  }
}

function listLiteral(ids: readonly string[]): string {
  return `{${ids.map((id) => `"\\\\x${id.replaceAll('_', '')}"`).join(',')}}`
}

function column<Row, Value extends SqlParameter>(
  elementType: keyof typeof OID,
  get: (row: Row) => Value | undefined,
  push: (array: BinaryArray, value: Value) => void,
  bind: (value: Value) => SqlParameter = (value) => value,
): Column<Row> {
  return {
    elementType,
    single(row) {
      const value = get(row)
      return value === undefined ? null : bind(value)
    },
    push(array, row) {
      const value = get(row)
      if (value === undefined) array.pushNull()
      else push(array, value)
    },
  }
}

/** A column of rows that hold the rows it was made for. */
export function columnOver<Row, Held>(column: Column<Held>, held: (row: Row) => Held): Column<Row> {
  return {
    ...column,
    push: (array, row) => column.push(array, held(row)),
    single: (row) => column.single(held(row)),
  }
}

/** One list of values as a parameter: `hash = ANY(${…}::bytea[])`. */
export function arrayParameter<Row>({ elementType, push }: Column<Row>, rows: Iterable<Row>): Uint8Array {
  const array = new BinaryArray(OID[elementType], Array.isArray(rows) ? rows.length : 0)
  for (const row of rows) push(array, row)
  return array.finish()
}

/** An array of ids or keys as a parameter, cast to `bytea[]` by the statement. */
export function hexArray(ids: Iterable<string>): Uint8Array {
  return arrayParameter(
    hexColumn((id: string) => id),
    ids,
  )
}
