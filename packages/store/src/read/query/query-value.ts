import { type FilterValue, hexToBytes, type QueryFieldType } from '@rakko/core'
import {
  arrayParameter,
  bigintColumn,
  boolColumn,
  byteaColumn,
  type Column,
  float8Column,
  textColumn,
} from '../../sql/column.js'
import { type Sql, sql } from '../../sql/sql.js'
import { encodeText } from '../../sql/text-code.js'
import { type ComparedAs, STORED_TYPES } from '../../tables/field-types.js'

/** How values are bound as one parameter. */
const COLUMNS: Readonly<Record<ComparedAs, Column<FilterValue>>> = {
  boolean: boolColumn((value) => (typeof value === 'boolean' ? value : undefined)),
  bigint: bigintColumn((value) => (typeof value === 'bigint' ? value : undefined)),
  'double precision': float8Column((value) => (typeof value === 'number' ? value : undefined)),
  text: textColumn((value) => (typeof value === 'string' ? value : undefined)),
  bytea: byteaColumn((value) => (value instanceof Uint8Array ? value : undefined)),
}

function comparedAs(type: QueryFieldType): ComparedAs {
  switch (type) {
    case 'flag':
      return 'boolean'
    case 'id':
    case 'view id':
    case 'public key':
      return 'bytea'
    default:
      return STORED_TYPES[type].comparedAs
  }
}

/** One value as a parameter of its column's type. */
export function boundValue(type: QueryFieldType, value: FilterValue): Sql {
  return sql`${stored(type, value)}::${sql.raw(comparedAs(type))}`
}

/** Any number of values as one parameter. */
export function boundSet(type: QueryFieldType, values: readonly FilterValue[]): Sql {
  const sqlType = comparedAs(type)
  const set = arrayParameter(
    COLUMNS[sqlType],
    values.map((value) => stored(type, value)),
  )
  return sql`${set}::${sql.raw(sqlType)}[]`
}

/** The value as its column holds it: text escaped, ids and keys as bytes. */
function stored(type: QueryFieldType, value: FilterValue): FilterValue {
  if (typeof value !== 'string') return value
  return type === 'str' ? encodeText(value) : hexToBytes(value.replaceAll('_', ''))
}
