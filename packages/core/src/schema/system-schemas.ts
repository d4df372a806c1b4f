import type { SchemaId } from '../ids.js'
import type { FieldType, Schema } from './schema.js'

/** Schemas that every node knows without being told; version 1 is the only one there is. */
export const SCHEMA_DEFINITION = 'schema_definition_v1' as SchemaId
export const SCHEMA_FIELD_DEFINITION = 'schema_field_definition_v1' as SchemaId
export const BLOB = 'blob_v1' as SchemaId
export const BLOB_PIECE = 'blob_piece_v1' as SchemaId

/** By schema id. */
export const SYSTEM_SCHEMAS: ReadonlyMap<SchemaId, Schema> = /* @__PURE__ */ new Map(
  [
    system(SCHEMA_DEFINITION, 'Publish data schemas for your application.', [
      ['description', { type: 'str' }],
      ['fields', { type: 'pinned_relation_list', schemaId: SCHEMA_FIELD_DEFINITION }],
      ['name', { type: 'str' }],
    ]),
    system(SCHEMA_FIELD_DEFINITION, 'Define fields for application data schemas.', [
      ['name', { type: 'str' }],
      ['type', { type: 'str' }],
    ]),
    system(BLOB, 'Definition of a blob file.', [
      ['length', { type: 'int' }],
      ['mime_type', { type: 'str' }],
      ['pieces', { type: 'pinned_relation_list', schemaId: BLOB_PIECE }],
    ]),
    system(BLOB_PIECE, 'Representation of the (partial) binary data of a file.', [['data', { type: 'bytes' }]]),
  ].map((schema) => [schema.id, schema]),
)

function system(id: SchemaId, description: string, fields: [string, FieldType][]): Schema {
  return { id, name: id.slice(0, -'_v1'.length), description, fields: new Map(fields) }
}
