import { HASH_BYTES } from '../hash/hash.js'
import type { DocumentId } from '../ids.js'
import type { OperationValue, PlainValue } from '../operation/operation.js'
import type { ComparisonOperator, FilterValue } from '../query/query.js'
import type { FieldTypeName } from './field-types.js'
import {
  parseBool,
  parseBytes,
  parseDocumentId,
  parseFloat64,
  parseInt64,
  parseText,
  parseViewId,
} from './filter-value.js'
import { documentIdFromWire, viewIdFromWire } from './from-wire.js'
import {
  type WriteValue,
  writeBool,
  writeBytes,
  writeFloat,
  writeHash,
  writeHashes,
  writeInt,
  writeText,
  writeViewId,
  writeViewIds,
} from './write-value.js'

/** What a query may do with values of one type. */
export interface QueryRules {
  readonly operators: readonly ComparisonOperator[]
  /**
   * Brings a filter's value to one form: ints as bigint, ids in lower case. For a list, one element. Throws
   * INVALID_QUERY.
   */
  readonly parseFilterValue: (value: unknown, path: string) => FilterValue
  /** What a deleted document is sorted as. It has no fields, but an order needs a value everywhere. */
  readonly whereDeleted: FilterValue
}

export interface FieldRules<Type extends FieldTypeName> extends QueryRules {
  /** The wire's value as one of this type; undefined where the wire has another kind. Throws INVALID_FIELD. */
  readonly fromWire: (plain: PlainValue, field: string) => Extract<OperationValue, { type: Type }> | undefined
  readonly write: WriteValue
}

const SET: readonly ComparisonOperator[] = ['in', 'notIn']
export const EQUALITY: readonly ComparisonOperator[] = ['eq', 'notEq', ...SET]
const ORDER: readonly ComparisonOperator[] = [...EQUALITY, 'gt', 'gte', 'lt', 'lte']
const TEXT: readonly ComparisonOperator[] = [...ORDER, 'contains', 'notContains']

/** No id is lower, and a cursor that holds it is as good as any other. */
export const LOWEST_ID = '00'.repeat(HASH_BYTES)

/**
 * All that core does with a field, by its type.
 *
 * A list has set operators only. `in` holds where ANY element is in the set, `notIn` where NONE is. So each is the
 * other's opposite, and the empty list passes `notIn`. (The reference's `notIn` asks for an element outside the set: a
 * list with a forbidden element passes beside an allowed one, and the empty list never does.)
 */
export const FIELD_RULES: { readonly [Type in FieldTypeName]: FieldRules<Type> } = {
  bool: {
    fromWire: (plain) => (plain.kind === 'bool' ? { type: 'bool', value: plain.value } : undefined),
    write: writeBool,
    operators: EQUALITY,
    parseFilterValue: parseBool,
    whereDeleted: false,
  },
  int: {
    fromWire: (plain) => (plain.kind === 'int' ? { type: 'int', value: plain.value } : undefined),
    write: writeInt,
    operators: ORDER,
    parseFilterValue: parseInt64,
    whereDeleted: 0n,
  },
  float: {
    fromWire: (plain) => (plain.kind === 'float' ? { type: 'float', value: plain.value } : undefined),
    write: writeFloat,
    operators: ORDER,
    parseFilterValue: parseFloat64,
    whereDeleted: 0,
  },
  str: {
    fromWire: (plain) => (plain.kind === 'str' ? { type: 'str', value: plain.value } : undefined),
    write: writeText,
    operators: TEXT,
    parseFilterValue: parseText,
    whereDeleted: '',
  },
  bytes: {
    fromWire: (plain) => (plain.kind === 'bytes' ? { type: 'bytes', value: plain.value } : undefined),
    write: writeBytes,
    operators: EQUALITY,
    parseFilterValue: parseBytes,
    whereDeleted: new Uint8Array(),
  },
  relation: {
    fromWire: (plain, field) =>
      plain.kind === 'bytes' ? { type: 'relation', value: documentIdFromWire(field, plain.value) } : undefined,
    write: writeHash,
    operators: EQUALITY,
    parseFilterValue: parseDocumentId,
    whereDeleted: LOWEST_ID,
  },
  relation_list: {
    fromWire: (plain) =>
      plain.kind === 'hash[]' ? { type: 'relation_list', value: plain.value as readonly DocumentId[] } : undefined,
    write: writeHashes,
    operators: SET,
    parseFilterValue: parseDocumentId,
    whereDeleted: LOWEST_ID,
  },
  pinned_relation: {
    fromWire: (plain, field) =>
      plain.kind === 'hash[]' ? { type: 'pinned_relation', value: viewIdFromWire(field, plain.value) } : undefined,
    write: writeViewId,
    operators: EQUALITY,
    parseFilterValue: parseViewId,
    whereDeleted: LOWEST_ID,
  },
  pinned_relation_list: {
    fromWire(plain, field) {
      if (plain.kind !== 'hash[][]' && plain.kind !== 'hash[]') return undefined
      const views = plain.kind === 'hash[][]' ? plain.value.map((ids) => viewIdFromWire(field, ids)) : []
      return { type: 'pinned_relation_list', value: views }
    },
    write: writeViewIds,
    operators: SET,
    parseFilterValue: parseViewId,
    whereDeleted: LOWEST_ID,
  },
}
