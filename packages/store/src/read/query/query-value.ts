import { type FilterValue, hexToBytes, type QueryFieldType } from '@rakko/core'
import { sql } from 'kysely'
import {
  arrayParameter,
  bigintColumn,
  boolColumn,
  byteaColumn,
  type Column,
  float8Column,
  textColumn,
} from '../../sql/column.js'
import { encodeText } from '../../sql/text-code.js'
import type { Fragment } from './query-source.js'

/** How values of a column are bound. A list's value is one of its elements. */
interface ValueForm {
  readonly sqlType: string
  readonly column: Column<FilterValue>
}

const BOOLEAN: ValueForm = {
  sqlType: 'boolean',
  column: boolColumn((value) => (typeof value === 'boolean' ? value : undefined)),
}
const BIGINT: ValueForm = {
  sqlType: 'bigint',
  column: bigintColumn((value) => (typeof value === 'bigint' ? value : undefined)),
}
const DOUBLE: ValueForm = {
  sqlType: 'double precision',
  column: float8Column((value) => (typeof value === 'number' ? value : undefined)),
}
const TEXT: ValueForm = {
  sqlType: 'text',
  column: textColumn((value) => (typeof value === 'string' ? value : undefined)),
}
const BYTES: ValueForm = {
  sqlType: 'bytea',
  column: byteaColumn((value) => (value instanceof Uint8Array ? value : undefined)),
}

const FORMS: Readonly<Record<QueryFieldType, ValueForm>> = {
  bool: BOOLEAN,
  flag: BOOLEAN,
  int: BIGINT,
  float: DOUBLE,
  str: TEXT,
  bytes: BYTES,
  relation: BYTES,
  relation_list: BYTES,
  pinned_relation: BYTES,
  pinned_relation_list: BYTES,
  id: BYTES,
  'view id': BYTES,
  'public key': BYTES,
}

/** One value as a parameter of its column's type. */
export function boundValue(type: QueryFieldType, value: FilterValue): Fragment {
  return sql`${stored(type, value)}::${sql.raw(FORMS[type].sqlType)}`
}

/** Any number of values as one parameter. */
export function boundSet(type: QueryFieldType, values: readonly FilterValue[]): Fragment {
  const { sqlType, column } = FORMS[type]
  const set = arrayParameter(
    column,
    values.map((value) => stored(type, value)),
  )
  return sql`${set}::${sql.raw(sqlType)}[]`
}

/** The value as its column holds it: text escaped, ids and keys as bytes. */
function stored(type: QueryFieldType, value: FilterValue): FilterValue {
  if (typeof value !== 'string') return value
  return type === 'str' ? encodeText(value) : hexToBytes(value.replaceAll('_', ''))
}
