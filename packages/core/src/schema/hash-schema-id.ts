import { hashDocumentViewId } from '../document/document-view-id.js'
import type { SchemaId } from '../ids.js'
import { parseSchemaIdParts } from './schema-id.js'

/** A name of bounded length for any schema: `name__<hash of its view id>`, or `blob__1` for a system schema. */
export function hashSchemaId(id: SchemaId): string {
  const parts = parseSchemaIdParts(id)
  return `${parts.name}__${parts.kind === 'system' ? parts.version : hashDocumentViewId(parts.viewId)}`
}
