import { applyUpdate, type DocumentId, documentViewIdFromTips, type ReducedDocument, startDocument } from '@rakko/core'
import type { KnownSchema } from '../schemas/schema-registry.js'
import type { AddedOperation, DocumentState } from './ledger-state.js'
import { Tips } from './tips.js'

/** A document of which its CREATE is all there is. */
export function newDocument(create: AddedOperation, schema: KnownSchema): DocumentState {
  return {
    number: create.number,
    id: create.id as DocumentId,
    schema,
    owner: create.publicKey,
    isNew: true,
    isChanged: true,
    tips: new Tips(documentViewIdFromTips([create.id])),
    storedViewId: undefined,
    isDeleted: false,
    isPurged: false,
    view: 'created',
    added: [create],
  }
}

/** Adds an operation other than its CREATE. */
export function appendUpdate(document: DocumentState, update: AddedOperation): void {
  const before = latestView(document)
  document.view = before && applyUpdate(before, update)
  document.tips.follow(update)
  document.isDeleted ||= update.operation.action === 'delete'
  document.isChanged = true
  document.added.push(update)
}

function latestView({ view, added }: DocumentState): ReducedDocument | undefined {
  if (view !== 'created') return view
  const [create] = added
  return create && startDocument(create)
}
