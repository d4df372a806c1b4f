import { BLOB_PIECE, type Hash, type SchemaId } from '@rakko/core'
import { isEverything } from '../sync/bounds.js'
import type { ArrivedEntry, SyncScope } from '../sync-source.js'
import type { MemoryData } from './memory-data.js'

export function isInScope(data: MemoryData, { id }: Pick<ArrivedEntry, 'id'>, scope: SyncScope): boolean {
  if (isEverything(scope)) return true
  const held = data.held(id)
  const schemaId = schemaOf(data, id)
  if (held === undefined || schemaId === undefined) return false
  const { schemas, authors, documents, withoutPieces } = scope
  if (withoutPieces === true && schemaId === BLOB_PIECE) return false
  if (authors !== undefined && !authors.includes(held.entry.publicKey)) return false
  if (documents !== undefined && !documents.includes(held.documentId)) return false
  return schemas === undefined || schemas.includes(schemaId)
}

export function schemaOf(data: MemoryData, id: Hash): SchemaId | undefined {
  const documentId = data.held(id)?.documentId
  return documentId && data.documents.get(documentId)?.view.schemaId
}
