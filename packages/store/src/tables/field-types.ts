import { type DocumentId, type DocumentViewId, type FieldType, HASH_BYTES, type OperationValue } from '@rakko/core'
import {
  bigintColumn,
  boolColumn,
  byteaColumn,
  type Column,
  float8Column,
  hexColumn,
  hexListColumn,
  textColumn,
} from '../sql/column.js'
import { decodeHex, decodeViewId, unexpectedColumn } from '../sql/decode-id.js'
import { type Sql, sql } from '../sql/sql.js'
import { decodeText, encodeText } from '../sql/text-code.js'

export type FieldTypeName = FieldType['type']

type ValueOf<Type extends FieldTypeName> = Extract<OperationValue, { readonly type: Type }>
type Values = { readonly [Value in OperationValue as Value['type']]: Value['value'] }

/** How one value is compared in a query. For a list, one of its elements. */
export type ComparedAs = 'boolean' | 'bigint' | 'double precision' | 'text' | 'bytea'

/** What a field's type is to the store, beside what core's FIELD_TYPES says of it. */
interface StoredType<Type extends FieldTypeName> {
  /** Of its column. */
  readonly sqlType: Sql
  readonly comparedAs: ComparedAs
  /** How a value is bound in a bulk statement. */
  bind<Row>(get: (row: Row) => Values[Type] | undefined): Column<Row>
  /** The value that a column holds; undefined where it can be none. */
  decode(stored: unknown): ValueOf<Type> | undefined
  /** The column of an app's own view, see read/app-sql/app-views.ts: its type, and its expression in SQL. */
  readonly app: { readonly sqlType: Sql; cell(column: Sql): Sql; readonly isWritten?: true }
  /** What an index holds of a value that may be too long for it: its beginning. A query names the same expression. */
  prefix?(whole: Sql): Sql
}

/** A btree key may have 2 704 bytes. The values of four columns and an id stay below that. */
const firstCharacters = (text: Sql): Sql => sql`left(${text}, 128)`
const firstBytes = (bytes: Sql): Sql => sql`substr(${bytes}, 1, 512)`

const itself = (column: Sql): Sql => column

/** A new field type gets its line here; the compiler then asks for the rest. */
export const STORED_TYPES: { readonly [Type in FieldTypeName]: StoredType<Type> } = {
  bool: {
    sqlType: sql`boolean`,
    comparedAs: 'boolean',
    bind: boolColumn,
    decode: (stored) => (typeof stored === 'boolean' ? { type: 'bool', value: stored } : undefined),
    app: { sqlType: sql`boolean`, cell: itself },
  },
  int: {
    sqlType: sql`bigint`,
    comparedAs: 'bigint',
    bind: bigintColumn,
    decode: (stored) => (typeof stored === 'bigint' ? { type: 'int', value: stored } : undefined),
    app: { sqlType: sql`bigint`, cell: itself },
  },
  float: {
    sqlType: sql`double precision`,
    comparedAs: 'double precision',
    bind: float8Column,
    decode: (stored) => (typeof stored === 'number' ? { type: 'float', value: stored } : undefined),
    app: { sqlType: sql`double precision`, cell: itself },
  },
  str: {
    sqlType: sql`text COLLATE "C"`,
    comparedAs: 'text',
    bind: (get) =>
      textColumn((row) => {
        const text = get(row)
        return text === undefined ? undefined : encodeText(text)
      }),
    decode: (stored) => (typeof stored === 'string' ? { type: 'str', value: decodeText(stored) } : undefined),
    app: { sqlType: sql`text`, cell: itself, isWritten: true },
    prefix: firstCharacters,
  },
  bytes: {
    sqlType: sql`bytea`,
    comparedAs: 'bytea',
    bind: byteaColumn,
    decode: (stored) => (stored instanceof Uint8Array ? { type: 'bytes', value: stored } : undefined),
    app: { sqlType: sql`bytea`, cell: itself },
    prefix: firstBytes,
  },
  relation: {
    sqlType: sql`bytea`,
    comparedAs: 'bytea',
    bind: hexColumn,
    decode: (stored) => ({ type: 'relation', value: decodeDocumentId(stored) }),
    app: { sqlType: sql`text`, cell: shownHex },
  },
  relation_list: {
    sqlType: sql`bytea[]`,
    comparedAs: 'bytea',
    bind: hexListColumn,
    decode: (stored) =>
      Array.isArray(stored) ? { type: 'relation_list', value: stored.map(decodeDocumentId) } : undefined,
    app: { sqlType: sql`text[]`, cell: (column) => shownList(column, shownHex) },
  },
  pinned_relation: {
    sqlType: sql`bytea`,
    comparedAs: 'bytea',
    bind: hexColumn,
    decode: (stored) => ({ type: 'pinned_relation', value: decodeViewId(stored) }),
    app: { sqlType: sql`text`, cell: shownViewId },
    prefix: firstBytes,
  },
  pinned_relation_list: {
    sqlType: sql`bytea[]`,
    comparedAs: 'bytea',
    bind: hexListColumn,
    decode: (stored) =>
      Array.isArray(stored) ? { type: 'pinned_relation_list', value: stored.map(decodeViewId) } : undefined,
    app: { sqlType: sql`text[]`, cell: (column) => shownList(column, shownViewId) },
  },
}

/** Reads the values of a field as its views table holds them. */
export function valueDecoder({ type }: FieldType): (stored: unknown) => OperationValue {
  const { decode } = STORED_TYPES[type]
  return (stored) => {
    const value = decode(stored)
    if (value) return value
    throw unexpectedColumn(type, stored)
  }
}

/** A row's fields; one that is absent keeps its stored value. */
interface ViewRow {
  readonly fields: ReadonlyMap<string, OperationValue>
}

/** How the values of a field are bound. */
export function valueColumn<Type extends FieldTypeName>(field: string, type: Type): Column<ViewRow> {
  return STORED_TYPES[type].bind(({ fields }: ViewRow) => {
    const value: TypedValue<string, unknown> | undefined = fields.get(field)
    return value !== undefined && isOfType(value, type) ? value.value : undefined
  })
}

/** The views that a value pins. */
export function pinnedIds(value: OperationValue): readonly DocumentViewId[] {
  if (value.type === 'pinned_relation') return [value.value]
  return value.type === 'pinned_relation_list' ? value.value : []
}

/** In an app's own views, a hash or key as text. */
export function shownHex(column: Sql): Sql {
  return sql`encode(${column}, 'hex')`
}

/** In an app's own views, a view id as text: ids joined by `_`. */
export function shownViewId(column: Sql): Sql {
  return sql`regexp_replace(encode(${column}, 'hex'), '(.{${sql.integer(2 * HASH_BYTES)}})(?=.)', '\\1_', 'g')`
}

function shownList(column: Sql, shown: (element: Sql) => Sql): Sql {
  return sql`ARRAY(SELECT ${shown(sql`list.id`)} FROM unnest(${column}) AS list (id))`
}

function decodeDocumentId(stored: unknown): DocumentId {
  return decodeHex(stored) as DocumentId
}

interface TypedValue<Type extends string, Value> {
  readonly type: Type
  readonly value: Value
}

function isOfType<Type extends FieldTypeName>(
  value: TypedValue<string, unknown>,
  type: Type,
): value is TypedValue<Type, Values[Type]> {
  return value.type === type
}
