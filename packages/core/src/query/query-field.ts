import { EQUALITY, FIELD_RULES, LOWEST_ID, type QueryRules } from '../field/field-rules.js'
import { FIELD_TYPES, type FieldTypeName, isFieldTypeName } from '../field/field-types.js'
import { parseBool, parseDocumentId, parseViewId } from '../field/filter-value.js'
import type { Schema } from '../schema/schema.js'
import { invalidQuery } from './invalid-query.js'
import { LIST_POSITION, type MetaField } from './query.js'
import { RANK } from './search.js'

/** Types that a query tells apart: those of schemas and those of meta fields. */
export type QueryFieldType = FieldTypeName | 'id' | 'view id' | 'public key' | 'flag'

const META_FIELD_TYPES: ReadonlyMap<string, QueryFieldType> = new Map<MetaField, QueryFieldType>([
  ['$id', 'id'],
  ['$viewId', 'view id'],
  ['$owner', 'public key'],
  ['$signer', 'public key'],
  ['$edited', 'flag'],
  ['$deleted', 'flag'],
])

/** What a query may do with a field, by its type. */
const RULES: Readonly<Record<QueryFieldType, QueryRules>> = {
  ...FIELD_RULES,
  id: { operators: EQUALITY, parseFilterValue: parseDocumentId, whereDeleted: LOWEST_ID },
  'view id': { operators: EQUALITY, parseFilterValue: parseViewId, whereDeleted: LOWEST_ID },
  'public key': { operators: EQUALITY, parseFilterValue: parsePublicKeyText, whereDeleted: LOWEST_ID },
  flag: { operators: EQUALITY, parseFilterValue: parseBool, whereDeleted: false },
}

export function queryRules(type: QueryFieldType): QueryRules {
  return RULES[type]
}

export function isListType(type: QueryFieldType): boolean {
  return isFieldTypeName(type) && FIELD_TYPES[type].isList
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

const PUBLIC_KEY = /^[0-9a-fA-F]{64}$/

/** Any 64 digits: what is no key is in no document. */
function parsePublicKeyText(value: unknown, path: string): string {
  if (typeof value === 'string' && PUBLIC_KEY.test(value)) return value.toLowerCase()
  throw invalidQuery(path, 'a public key of 64 hexadecimal digits', value)
}
