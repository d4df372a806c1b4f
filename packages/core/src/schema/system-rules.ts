import { isPublishableFieldType } from '../field/parse-field-type.js'
import type { SchemaId } from '../ids.js'
import type { OperationValue } from '../operation/operation.js'
import { refusal } from '../refusal.js'
import {
  isDescription,
  isFieldName,
  isMimeType,
  isSchemaName,
  MAX_BLOB_PIECE_BYTES,
  MAX_DESCRIPTION_LENGTH,
  MAX_SCHEMA_FIELDS,
} from './schema-rules.js'
import { BLOB, BLOB_PIECE, SCHEMA_DEFINITION, SCHEMA_FIELD_DEFINITION } from './system-schemas.js'

/** What a field of a system schema must be beyond its type; undefined where it is that. */
type Rule = (value: OperationValue) => string | undefined

/**
 * In the order in which they are checked. Only fields that are there are looked at, in CREATE and UPDATE alike. Two
 * things are not checked, as in the reference. One is that a blob has pieces, since an empty list looks like any other
 * on the wire. The other is that its length is theirs.
 */
const RULES = /* @__PURE__ */ new Map<SchemaId, readonly (readonly [field: string, rule: Rule])[]>([
  [
    SCHEMA_DEFINITION,
    [
      ['name', text(isSchemaName, '2 to 64 letters, digits and underscores')],
      ['description', text(isDescription, `at most ${MAX_DESCRIPTION_LENGTH} characters`)],
      ['fields', list(MAX_SCHEMA_FIELDS)],
    ],
  ],
  [
    SCHEMA_FIELD_DEFINITION,
    [
      ['name', text(isFieldName, '1 to 64 letters, digits and underscores')],
      ['type', text(isPublishableFieldType, 'a field type')],
    ],
  ],
  [BLOB, [['mime_type', text(isMimeType, 'a MIME type in lower case')]]],
  [BLOB_PIECE, [['data', bytes(MAX_BLOB_PIECE_BYTES)]]],
])

/** Throws INVALID_FIELD where an operation on a system schema breaks its rules. */
export function checkSystemRules(schemaId: SchemaId, fields: ReadonlyMap<string, OperationValue>): void {
  for (const [field, rule] of RULES.get(schemaId) ?? []) {
    const value = fields.get(field)
    const expected = value && rule(value)
    if (!value || expected === undefined) continue
    throw refusal('INVALID_FIELD', {
      field,
      expected,
      got: shown(value),
      about: `Invalid field '${field}' of ${schemaId}`,
    })
  }
}

function text(isValid: (text: string) => boolean, expected: string): Rule {
  return (value) => (value.type === 'str' && !isValid(value.value) ? expected : undefined)
}

function list(max: number): Rule {
  return (value) =>
    value.type === 'pinned_relation_list' && value.value.length > max ? `at most ${max} items` : undefined
}

function bytes(max: number): Rule {
  return (value) => (value.type === 'bytes' && value.value.length > max ? `at most ${max} bytes` : undefined)
}

function shown(value: OperationValue): string {
  if (value.type === 'str') return value.value.slice(0, 256)
  if (value.type === 'bytes') return `${value.value.length} bytes`
  return Array.isArray(value.value) ? `${value.value.length} items` : value.type
}
