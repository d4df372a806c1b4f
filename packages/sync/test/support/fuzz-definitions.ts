import {
  type DocumentViewId,
  decodeOperation,
  encodeOperation,
  hash,
  type OperationValue,
  parseFieldType,
  parseSchemaId,
  SYSTEM_SCHEMAS,
  validateOperation,
} from '@rakko/core'
import type { FuzzedDecoder } from '../../../../.config/testing/fuzz.js'

const DEFINITION = parseSchemaId('schema_definition_v1')
const FIELD = parseSchemaId('schema_field_definition_v1')
const [FIELD_VIEW, VIEW] = [1, 2].map((byte) => hash(Uint8Array.of(byte)) as string as DocumentViewId) as [
  DocumentViewId,
  DocumentViewId,
]
const TYPES = ['str', 'int', `relation(venue_${VIEW})`, 'pinned_relation_list(blob_v1)', ' relation(blob_v1).']

/** What a stranger calls a schema. */
export const DEFINITIONS: FuzzedDecoder = {
  name: 'definitions of schemas',
  codes: [
    'INVALID_OPERATION',
    'INVALID_OPERATION_FORMAT',
    'INVALID_CBOR',
    'INVALID_SCHEMA_ID',
    'INVALID_DOCUMENT_VIEW_ID',
    'INVALID_HASH',
    'INVALID_FIELD_TYPE',
    'INVALID_FIELD',
    'MISSING_FIELD',
    'UNEXPECTED_FIELD',
  ],
  bases: () => [
    ...TYPES.map((type) =>
      encodeOperation({
        action: 'create',
        schemaId: FIELD,
        fields: new Map<string, OperationValue>([
          ['name', { type: 'str', value: 'name' }],
          ['type', { type: 'str', value: type }],
        ]),
      }),
    ),
    encodeOperation({
      action: 'create',
      schemaId: DEFINITION,
      fields: new Map<string, OperationValue>([
        ['description', { type: 'str', value: 'A place' }],
        ['fields', { type: 'pinned_relation_list', value: [FIELD_VIEW] }],
        ['name', { type: 'str', value: 'venue' }],
      ]),
    }),
  ],
  decode(bytes) {
    const unchecked = decodeOperation(bytes)
    const schema = SYSTEM_SCHEMAS.get(unchecked.schemaId)
    if (schema === undefined) return 'of another schema'
    const { fields } = validateOperation(unchecked, schema)
    const type = schema.id === FIELD ? fields?.get('type') : undefined
    if (type?.type !== 'str') return `${schema.id} ${unchecked.action}`
    // What may be published is not always a type that a schema can have.
    return `${parseFieldType(type.value).type} of a field`
  },
}
