import {
  type DocumentId,
  type DocumentViewId,
  type FieldType,
  isPlainObject,
  type OperationValue,
  parseDocumentViewId,
  parseHash,
  type RakkoError,
  refusal,
  type Schema,
  typeName,
} from '@rakko/core'

const MIN_INT = -(2n ** 63n)
const MAX_INT = 2n ** 63n - 1n
const LONE_SURROGATE = /\p{Surrogate}/u

/**
 * What an app passes as `fields`, typed by the schema and in its order: the one place where an app's values are
 * checked. A CREATE takes every field, an UPDATE any of them; `undefined` counts as not given.
 *
 * | type                                | takes                                                   |
 * | ----------------------------------- | ------------------------------------------------------- |
 * | bool                                | true, false                                             |
 * | int                                 | a safe integer, or a bigint of 64 bits                  |
 * | float                               | any number, NaN, ±Infinity and −0 included              |
 * | str                                 | text without lone surrogates                            |
 * | bytes                               | a Uint8Array                                            |
 * | relation, pinned_relation           | a document id, a document view id: hexadecimal text     |
 * | relation_list, pinned_relation_list | an array of those, in any order, twice the same included |
 *
 * Throws INVALID_FIELD, MISSING_FIELD and UNEXPECTED_FIELD with `field` (`places[2]` inside a list), `expected`, `got`.
 */
export function fieldValues(schema: Schema, fields: unknown, action: 'create' | 'update'): Map<string, OperationValue> {
  const given = checkObject(fields)
  const values = new Map<string, OperationValue>()
  let missing: string | undefined
  for (const [name, type] of schema.fields) {
    const value = Object.hasOwn(given, name) ? given[name] : undefined
    if (value !== undefined) values.set(name, fieldValue(name, value, type))
    else missing ??= name
  }
  for (const name of Object.keys(given)) if (!schema.fields.has(name)) throw unexpectedField(name, schema)
  if (action === 'create' && missing !== undefined) throw missingField(missing, schema)
  return values
}

function checkObject(fields: unknown): Readonly<Record<string, unknown>> {
  if (isPlainObject(fields)) return fields
  throw invalidField('fields', 'an object of field values', fields)
}

function fieldValue(field: string, value: unknown, { type }: FieldType): OperationValue {
  switch (type) {
    case 'bool':
      if (typeof value === 'boolean') return { type, value }
      throw invalidField(field, 'true or false', value)
    case 'int':
      if (Number.isSafeInteger(value)) return { type, value: BigInt(value as number) }
      if (typeof value === 'bigint' && value >= MIN_INT && value <= MAX_INT) return { type, value }
      throw invalidField(field, 'a safe integer, or a bigint of 64 bits', value)
    case 'float':
      if (typeof value === 'number') return { type, value }
      throw invalidField(field, 'a number', value)
    case 'str':
      if (typeof value !== 'string') throw invalidField(field, 'text', value)
      if (LONE_SURROGATE.test(value))
        throw refusal('INVALID_FIELD', { field, expected: 'well-formed Unicode text', got: 'a lone surrogate' })
      return { type, value }
    case 'bytes':
      if (value instanceof Uint8Array) return { type, value }
      throw invalidField(field, 'a Uint8Array', value)
    case 'relation':
      return { type, value: documentId(field, value) }
    case 'relation_list':
      return { type, value: list(field, value).map((id, index) => documentId(`${field}[${index}]`, id)) }
    case 'pinned_relation':
      return { type, value: viewId(field, value) }
    case 'pinned_relation_list':
      return { type, value: list(field, value).map((id, index) => viewId(`${field}[${index}]`, id)) }
  }
}

function list(field: string, value: unknown): readonly unknown[] {
  if (!Array.isArray(value)) throw invalidField(field, 'an array of ids', value)
  // `map` would leave the holes of a sparse array as holes.
  return Array.from(value)
}

function documentId(field: string, value: unknown): DocumentId {
  if (typeof value !== 'string') throw invalidField(field, 'a document id', value)
  try {
    return parseHash(value) as string as DocumentId
  } catch (cause) {
    throw invalidField(field, 'a document id of 68 hexadecimal digits', value, cause)
  }
}

function viewId(field: string, value: unknown): DocumentViewId {
  if (typeof value !== 'string') throw invalidField(field, 'a document view id', value)
  try {
    return parseDocumentViewId(value)
  } catch (cause) {
    throw invalidField(field, 'a document view id: operation ids, ascending, joined by _', value, cause)
  }
}

const MAX_SHOWN_CHARS = 100

function shown(value: unknown): string {
  if (typeof value === 'string') {
    return value.length > MAX_SHOWN_CHARS ? `'${value.slice(0, MAX_SHOWN_CHARS)}…'` : `'${value}'`
  }
  if (typeof value === 'number' || typeof value === 'boolean') return String(value)
  if (typeof value === 'bigint') return `${value}n`
  if (Array.isArray(value)) return 'an array'
  if (isPlainObject(value)) return 'an object'
  return typeName(value)
}

function invalidField(field: string, expected: string, value: unknown, cause?: unknown): RakkoError {
  return refusal('INVALID_FIELD', { field, expected, got: shown(value), cause })
}

function missingField(field: string, schema: Schema): RakkoError {
  const expected = schema.fields.get(field)?.type ?? 'a value'
  const about = `Missing ${field} (a document of ${schema.name} has all of its fields)`
  return refusal('MISSING_FIELD', { field, expected, got: 'nothing', about })
}

function unexpectedField(field: string, schema: Schema): RakkoError {
  const expected = `one of ${[...schema.fields.keys()].slice(0, 20).join(', ')}`
  return refusal('UNEXPECTED_FIELD', { field, expected, got: field, about: `Unexpected field of ${schema.name}` })
}
