import { type DocumentId, parseHash, parsePublicKey, parseSchemaId, refusal } from '@rakko/core'
import { MAX_SCOPE_MEMBERS, type Scope } from '@rakko/sync'
import type { SyncParams } from '../open-params.js'

/**
 * What a node pulls, in the one form that peers are told; undefined for everything. Throws INVALID_SCHEMA_ID,
 * INVALID_PUBLIC_KEY, INVALID_HASH and INVALID_ARGUMENT.
 */
export function syncScope(params: Omit<SyncParams, 'addresses'> = {}): Scope | undefined {
  const lists = {
    schemas: ascending(params.schemas, (id) => parseSchemaId(id)),
    authors: ascending(params.authors, (key) => parsePublicKey(key, 'sync.authors')),
    documents: ascending(params.documents, (id) => parseHash(id, 'sync.documents') as string as DocumentId),
  }
  const members = Object.values(lists).flatMap((list): readonly string[] => list ?? []).length
  if (members > MAX_SCOPE_MEMBERS) {
    const expected = `at most ${MAX_SCOPE_MEMBERS} schemas, authors and documents together`
    throw refusal('INVALID_ARGUMENT', { field: 'sync', expected, got: members })
  }
  const scope = { ...lists, withoutPieces: params.withoutPieces || undefined }
  return Object.values(scope).some((part) => part !== undefined) ? scope : undefined
}

/** Each once. */
function ascending<Id extends string>(texts: readonly string[] | undefined, parse: (text: string) => Id) {
  return texts && [...new Set(texts.map(parse))].toSorted()
}
