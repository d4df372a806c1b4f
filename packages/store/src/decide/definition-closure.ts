import {
  type DocumentViewId,
  decodeEntry,
  decodeOperation,
  type Hash,
  type OperationValue,
  operationIdsOf,
  parseSchemaIdParts,
  type SchemaId,
} from '@rakko/core'
import type { ArrivedEntry } from '../sync-source.js'

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

/** Of the entries those that the tips are and build on, in their logs and in their documents. */
export function closureOf(tips: Iterable<Hash>, entries: readonly ArrivedEntry[]): ArrivedEntry[] {
  const known = new Map(entries.map((entry) => [entry.id, entry]))
  const found = new Set<ArrivedEntry>()
  const open: Hash[] = [...tips]
  for (let id = open.pop(); id !== undefined; id = open.pop()) {
    const one = known.get(id)
    if (one?.entry === undefined || found.has(one)) continue
    found.add(one)
    const { backlink } = decodeEntry(one.entry)
    if (backlink !== undefined) open.push(backlink)
    const previous = one.operation && decodeOperation(one.operation).previous
    if (previous !== undefined) open.push(...operationIdsOf(previous))
  }
  return [...found].sort((a, b) => a.number - b.number)
}
