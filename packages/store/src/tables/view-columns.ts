import type { FieldType, OperationValue } from '@rakko/core'
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
import { encodeText } from '../sql/text-code.js'
import type { FieldColumn } from './views-table.js'

/** A row's fields; one that is absent keeps its stored value. */
interface ViewRow {
  readonly fields: ReadonlyMap<string, OperationValue>
}

type Values = { readonly [Value in OperationValue as Value['type']]: Value['value'] }

/** How a field's value is bound. */
export function viewColumn({ field, type: { type } }: FieldColumn): Column<ViewRow> {
  switch (type) {
    case 'bool':
      return boolColumn((row) => typedValue(row, field, type))
    case 'int':
      return bigintColumn((row) => typedValue(row, field, type))
    case 'float':
      return float8Column((row) => typedValue(row, field, type))
    case 'str':
      return textColumn((row) => {
        const text = typedValue(row, field, type)
        return text === undefined ? undefined : encodeText(text)
      })
    case 'bytes':
      return byteaColumn((row) => typedValue(row, field, type))
    case 'relation':
    case 'pinned_relation':
      return hexColumn((row) => typedValue(row, field, type))
    case 'relation_list':
    case 'pinned_relation_list':
      return hexListColumn((row) => typedValue(row, field, type))
  }
}

interface TypedValue<Type extends string, Value> {
  readonly type: Type
  readonly value: Value
}

function typedValue<Type extends FieldType['type']>(row: ViewRow, field: string, type: Type): Values[Type] | undefined {
  const value: TypedValue<string, unknown> | undefined = row.fields.get(field)
  return value !== undefined && isOfType(value, type) ? value.value : undefined
}

function isOfType<Type extends FieldType['type']>(
  value: TypedValue<string, unknown>,
  type: Type,
): value is TypedValue<Type, Values[Type]> {
  return value.type === type
}
