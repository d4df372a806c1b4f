import { typedValue } from '../field/typed-value.js'
import type { Operation, OperationValue, PlainValue, UncheckedOperation } from '../operation/operation.js'
import { validateOperationFormat } from '../operation/operation-format.js'
import { refusal } from '../refusal.js'
import type { Schema } from './schema.js'
import { checkSystemRules } from './system-rules.js'

/**
 * Gives an operation its types, in this order:
 *
 * 1. its schema id is the schema's (SCHEMA_MISMATCH),
 * 2. it has the members that its action needs (INVALID_OPERATION_FORMAT),
 * 3. CREATE: its fields are the schema's, one by one in ascending order (MISSING_FIELD, INVALID_FIELD); UPDATE: the
 *   fields it has are in the schema (INVALID_FIELD),
 * 4. it keeps the rules of the system schema, if it is one (INVALID_FIELD),
 * 5. nothing is left over (UNEXPECTED_FIELD).
 *
 * Whether relations point at anything is not asked: their targets may arrive later.
 */
export function validateOperation(unchecked: UncheckedOperation, schema: Schema): Operation {
  if (unchecked.schemaId !== schema.id) {
    const about = 'The operation claims another schema'
    throw refusal('SCHEMA_MISMATCH', { field: 'schemaId', expected: schema.id, got: unchecked.schemaId, about })
  }
  validateOperationFormat(unchecked)
  const { action, schemaId, previous, fields } = unchecked
  if (action === 'create' && fields) return { action, schemaId, fields: allFields(fields, schema) }
  if (action === 'update' && fields && previous) {
    return { action, schemaId, previous, fields: givenFields(fields, schema) }
  }
  return previous ? { action, schemaId, previous } : { action, schemaId }
}

type Fields = ReadonlyMap<string, PlainValue | OperationValue>

/** Every field of the schema is required; nothing is optional. Both sides stand in ascending order. */
function allFields(fields: Fields, schema: Schema): Map<string, OperationValue> {
  const typed = new Map<string, OperationValue>()
  const given = fields.entries()
  for (const [name, type] of schema.fields) {
    const next = given.next()
    if (next.done) {
      const about = `Missing field '${name}'`
      throw refusal('MISSING_FIELD', { field: name, expected: type.type, got: 'nothing', about })
    }
    const [givenName, value] = next.value
    if (givenName !== name) {
      const about = `Invalid field '${givenName}', where another field of the schema belongs`
      throw refusal('INVALID_FIELD', { field: givenName, expected: name, got: givenName, about })
    }
    typed.set(name, typedValue(name, value, type))
  }
  checkSystemRules(schema.id, typed)
  refuseUnexpected([...given].map(([name]) => name))
  return typed
}

function givenFields(fields: Fields, schema: Schema): Map<string, OperationValue> {
  const typed = new Map<string, OperationValue>()
  const unexpected: string[] = []
  for (const [name, value] of fields) {
    const type = schema.fields.get(name)
    if (type) typed.set(name, typedValue(name, value, type))
    else unexpected.push(name)
  }
  checkSystemRules(schema.id, typed)
  refuseUnexpected(unexpected)
  return typed
}

function refuseUnexpected(names: readonly string[]): void {
  const [field] = names
  if (field === undefined) return
  const about = `Unexpected fields ${names.map((name) => `'${name}'`).join(', ')}`
  const expected = 'fields of the schema only'
  throw refusal('UNEXPECTED_FIELD', { field, expected, got: field, about, details: { fields: names } })
}
