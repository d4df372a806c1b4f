import { documentViewIdFromTips, operationIdsOf } from '../document/document-view-id.js'
import type { NextArgs } from '../entry/entry.js'
import type { DocumentId, DocumentViewId, OperationId, PublicKey, SchemaId } from '../ids.js'
import { RakkoError } from '../rakko-error.js'
import { nextArgs } from './next-args.js'
import type { PublishLookup } from './publish-lookup.js'

/** A document that an author is about to change. */
export interface WriteTarget {
  readonly documentId: DocumentId
  /** The schema that the change is made in. */
  readonly schemaId: SchemaId
  /** The view that the change follows; the latest where it is left out. */
  readonly previous?: DocumentViewId | undefined
}

/** All that an author needs to encode and sign one operation. */
export interface WriteArgs {
  readonly args: NextArgs
  /** What the operation names as `previous`; undefined for a CREATE. */
  readonly previous?: DocumentViewId
}

export interface WriteLookup extends PublishLookup {
  /** What an operation names as `previous` to be sorted last: mostly the latest view. */
  follow(documentId: DocumentId): DocumentViewId | undefined
}

/**
 * What an author needs to change a document or, without a target, to make one.
 *
 * Throws DOCUMENT_NOT_FOUND, SCHEMA_MISMATCH, DOCUMENT_DELETED, and what `nextArgs` throws.
 */
export function writeArgs(publicKey: PublicKey, target: WriteTarget | undefined, lookup: WriteLookup): WriteArgs {
  if (target === undefined) return { args: nextArgs(publicKey, undefined, lookup) }
  const { documentId, schemaId, previous } = target
  const found = lookup.operation(documentId as string as OperationId)
  const follow = lookup.follow(documentId)
  if (found?.documentId !== documentId || follow === undefined) {
    throw ofDocument('DOCUMENT_NOT_FOUND', documentId, 'is not known here')
  }
  if (found.schemaId !== schemaId) {
    throw ofDocument('SCHEMA_MISMATCH', documentId, `is of schema ${found.schemaId}, not ${schemaId}`)
  }
  if (lookup.isDeleted(documentId)) throw ofDocument('DOCUMENT_DELETED', documentId, 'was deleted')
  return { args: nextArgs(publicKey, askedView(target), lookup), previous: previous ?? follow }
}

/**
 * The operations that have to be looked up for a target. They are asked for together with the document's id, so that
 * operations of another document are found out.
 */
export function askedView({ documentId, previous }: WriteTarget): DocumentViewId {
  if (previous === undefined) return documentId as string as DocumentViewId
  return documentViewIdFromTips([documentId as string as OperationId, ...operationIdsOf(previous)])
}

function ofDocument(code: 'DOCUMENT_NOT_FOUND' | 'SCHEMA_MISMATCH' | 'DOCUMENT_DELETED', id: DocumentId, what: string) {
  return new RakkoError(code, `Document ${id} ${what}`, { documentId: id })
}
