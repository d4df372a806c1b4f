import { parseSchemaId, parseSchemaIdParts, type SchemaId, unlessInvalid } from '@rakko/core'

/**
 * Sets of schema ids have one order: system schemas before those of apps; system schemas as they are listed here, then
 * by version; those of apps by name, then by view id. Each is there once.
 */
const SYSTEM_ORDER = ['schema_definition', 'schema_field_definition', 'blob', 'blob_piece']

/** As `sort` wants it. */
export function compareSchemaIds(a: SchemaId, b: SchemaId): number {
  const [one, other] = [parseSchemaIdParts(a), parseSchemaIdParts(b)]
  if (one.kind === 'system' && other.kind === 'system') {
    return SYSTEM_ORDER.indexOf(one.name) - SYSTEM_ORDER.indexOf(other.name) || one.version - other.version
  }
  if (one.kind === 'system') return -1
  if (other.kind === 'system') return 1
  // View ids are hashes of one length with `_` between them, so that their texts are in the order of their lists.
  return compareText(one.name, other.name) || compareText(one.viewId, other.viewId)
}

/** The set in its one order. */
export function schemaIdSet(schemaIds: Iterable<SchemaId>): SchemaId[] {
  return [...new Set(schemaIds)].sort(compareSchemaIds)
}

/** Undefined where the text is no schema id, or not its canonical text. */
export function knownSchemaId(text: string): SchemaId | undefined {
  const schemaId = unlessInvalid(() => parseSchemaId(text))
  return schemaId === text ? schemaId : undefined
}

/** Both are ASCII. */
function compareText(a: string, b: string): number {
  if (a === b) return 0
  return a < b ? -1 : 1
}
