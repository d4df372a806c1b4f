import type { FieldType, Schema } from '../schema/schema.js'
import { invalidQuery } from './invalid-query.js'
import { type ComparisonOperator, LIST_POSITION, type MetaField } from './query.js'
import { RANK } from './search.js'

/** Types that a query tells apart: those of schemas and those of meta fields. */
export type QueryFieldType = FieldType['type'] | 'id' | 'view id' | 'public key' | 'flag'

const META_FIELD_TYPES: ReadonlyMap<string, QueryFieldType> = new Map<MetaField, QueryFieldType>([
  ['$id', 'id'],
  ['$viewId', 'view id'],
  ['$owner', 'public key'],
  ['$signer', 'public key'],
  ['$edited', 'flag'],
  ['$deleted', 'flag'],
])

const SET: readonly ComparisonOperator[] = ['in', 'notIn']
const EQUALITY: readonly ComparisonOperator[] = ['eq', 'notEq', ...SET]
const ORDER: readonly ComparisonOperator[] = [...EQUALITY, 'gt', 'gte', 'lt', 'lte']
const TEXT: readonly ComparisonOperator[] = [...ORDER, 'contains', 'notContains']

/**
 * Operators by type. A list has set operators only: `in` holds where ANY element is in the set, `notIn` where NONE is,
 * so one is the other's opposite and the empty list passes `notIn`. (The reference's `notIn` asks for an element
 * outside the set: a list with a forbidden element passes beside an allowed one, and the empty list never does.)
 */
export const OPERATORS: Readonly<Record<QueryFieldType, readonly ComparisonOperator[]>> = {
  bool: EQUALITY,
  int: ORDER,
  float: ORDER,
  str: TEXT,
  bytes: EQUALITY,
  relation: EQUALITY,
  relation_list: SET,
  pinned_relation: EQUALITY,
  pinned_relation_list: SET,
  id: EQUALITY,
  'view id': EQUALITY,
  'public key': EQUALITY,
  flag: EQUALITY,
}

export function isListType(type: QueryFieldType): boolean {
  return type === 'relation_list' || type === 'pinned_relation_list'
}

/** Type of what an order may be by. Throws INVALID_QUERY where the schema has none of this name. */
export function orderKeyType(schema: Schema, name: string, path: string): QueryFieldType {
  if (name === LIST_POSITION) return 'int'
  return name === RANK ? 'float' : queryFieldType(schema, name, path)
}

/** Type of a field or meta field. Throws INVALID_QUERY where the schema has none of this name. */
export function queryFieldType(schema: Schema, name: string, path: string): QueryFieldType {
  const type = META_FIELD_TYPES.get(name) ?? schema.fields.get(name)?.type
  if (type !== undefined) return type
  throw invalidQuery(path, `a field of ${schema.name} or one of ${[...META_FIELD_TYPES.keys()].join(', ')}`, name)
}
