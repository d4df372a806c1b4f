import {
  type DocumentViewId,
  type Hash,
  type OperationValue,
  operationIdsOf,
  parseSchemaIdParts,
  type SchemaId,
} from '@rakko/core'

/**
 * Operations of the view of its definition that a schema id names; none for a system schema. Throws
 * INVALID_SCHEMA_ID.
 */
export function definitionTips(schemaId: SchemaId): readonly Hash[] {
  const parts = parseSchemaIdParts(schemaId)
  return parts.kind === 'system' ? [] : operationIdsOf(parts.viewId)
}

/** Operations of the views of fields that a definition names. */
export function fieldTips(fields: ReadonlyMap<string, OperationValue>): readonly Hash[] {
  const field = fields.get('fields')
  if (field?.type !== 'pinned_relation_list') return []
  return field.value.flatMap((viewId: DocumentViewId) => operationIdsOf(viewId))
}
