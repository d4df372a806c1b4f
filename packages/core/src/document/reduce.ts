import type { DocumentId, DocumentViewId, OperationId, PublicKey, SchemaId } from '../ids.js'
import type { Operation, OperationValue } from '../operation/operation.js'
import type { RakkoError } from '../rakko-error.js'
import { refusal } from '../refusal.js'
import { documentViewIdFromTips, operationIdsOf } from './document-view-id.js'
import { type GraphNode, sortGraph, trimGraph } from './graph.js'

/** An operation of a document, with what its entry adds: id and signer. */
export interface DocumentOperation {
  readonly id: OperationId
  readonly publicKey: PublicKey
  readonly operation: Operation
}

/** A field's value and the operation that set it. */
export interface DocumentField {
  readonly value: OperationValue
  readonly operationId: OperationId
}

/** What a set of operations makes of a document. */
export interface ReducedDocument {
  readonly documentId: DocumentId
  readonly schemaId: SchemaId
  /** Signer of the CREATE. */
  readonly owner: PublicKey
  /** Signer of the operation sorted last. */
  readonly signer: PublicKey
  readonly viewId: DocumentViewId
  readonly deleted: boolean
  /** Whether it was deleted, or an UPDATE set a field; an UPDATE without fields makes a new view and no edit. */
  readonly edited: boolean
  /**
   * What a new operation has to name as `previous` to be sorted after all of these, so that what it sets is what
   * readers see: the view, and the operation sorted last where that is no tip. Following the view alone, an update
   * would then lose against an operation it has seen, and so would every update after it.
   */
  readonly follow: DocumentViewId
  /** In ascending order of names; empty where deleted. */
  readonly fields: ReadonlyMap<string, DocumentField>
}

/**
 * Reduces the operations of one document, given in any order: per field the last value in sorted order wins.
 *
 * Delete wins: a DELETE anywhere among the operations deletes the document, whatever runs beside it or follows it.
 * (Departure: the reference fails on any operation sorted after a DELETE and keeps the view it had before, which makes
 * the result depend on the order of arrival.)
 *
 * Throws INVALID_DOCUMENT_GRAPH where the operations do not form one document.
 */
export function reduce(operations: Iterable<DocumentOperation>): ReducedDocument {
  return reduceNodes([...operations].map(toNode))
}

/**
 * The document as it was at a view: these operations and their ancestors. A view id that names an ancestor beside its
 * descendant gives the view of the descendant. Throws INVALID_DOCUMENT_GRAPH where the view is not of this document.
 */
export function reduceAt(operations: Iterable<DocumentOperation>, viewId: DocumentViewId): ReducedDocument {
  return reduceNodes(trimGraph([...operations].map(toNode), operationIdsOf(viewId)))
}

/** What `reduce` makes of a CREATE alone, which needs no graph. */
export function startDocument({ id, publicKey, operation }: DocumentOperation): ReducedDocument {
  const fields = new Map<string, DocumentField>()
  for (const [name, value] of operation.fields ?? []) fields.set(name, { value, operationId: id })
  return {
    documentId: id as DocumentId,
    schemaId: operation.schemaId,
    owner: publicKey,
    signer: publicKey,
    viewId: documentViewIdFromTips([id]),
    follow: documentViewIdFromTips([id]),
    deleted: false,
    edited: false,
    fields,
  }
}

/** Ids of a document's operations in the order of their reduction. Throws INVALID_DOCUMENT_GRAPH. */
export function sortOperations(operations: Iterable<DocumentOperation>): DocumentOperation[] {
  return sortGraph([...operations].map(toNode)).sorted.map(({ source }) => source)
}

/**
 * The view that an operation leads to which follows exactly the current view: the ordinary case, which needs no
 * history. Undefined where it takes a reduction of the whole graph: `previous` is another view, or to follow
 * the current one takes more than its tips.
 */
export function applyUpdate(document: ReducedDocument, update: DocumentOperation): ReducedDocument | undefined {
  const { operation } = update
  if (operation.previous !== document.viewId || document.follow !== document.viewId) return undefined
  if (operation.schemaId !== document.schemaId) throw invalid(`schema ${document.schemaId}`, operation.schemaId)
  const deleted = document.deleted || operation.action === 'delete'
  const fields = new Map(deleted ? [] : document.fields)
  if (!deleted) setFields(fields, update)
  const edited = document.edited || deleted || (operation.fields?.size ?? 0) > 0
  const viewId = documentViewIdFromTips([update.id])
  return { ...document, signer: update.publicKey, viewId, follow: viewId, deleted, edited, fields }
}

interface OperationNode extends GraphNode {
  readonly source: DocumentOperation
}

function toNode(source: DocumentOperation): OperationNode {
  const { previous } = source.operation
  return { id: source.id, previous: previous === undefined ? [] : operationIdsOf(previous), source }
}

function reduceNodes(nodes: readonly OperationNode[]): ReducedDocument {
  const { sorted, tips } = sortGraph(nodes)
  const [create, ...others] = sorted
  if (create?.source.operation.action !== 'create') throw invalid('a CREATE at the root', 'none')
  const { schemaId } = create.source.operation
  const fields = new Map<string, DocumentField>()
  setFields(fields, create.source)

  let deleted = false
  let edited = false
  for (const { source } of others) {
    const { action, schemaId: claimed } = source.operation
    if (action === 'create') throw invalid('one CREATE', `a second one, ${source.id}`)
    if (claimed !== schemaId) throw invalid(`schema ${schemaId}`, `${claimed} in ${source.id}`)
    if (action === 'delete') deleted = true
    else if (setFields(fields, source)) edited = true
  }
  const last = sorted[sorted.length - 1] ?? create
  return {
    documentId: create.id as DocumentId,
    schemaId,
    owner: create.source.publicKey,
    signer: last.source.publicKey,
    viewId: documentViewIdFromTips(tips.map(({ id }) => id)),
    follow: documentViewIdFromTips([...tips, last].map(({ id }) => id)),
    deleted,
    edited: edited || deleted,
    fields: deleted ? new Map() : fields,
  }
}

/** Answers whether there was anything to set. */
function setFields(fields: Map<string, DocumentField>, { id, operation }: DocumentOperation): boolean {
  for (const [name, value] of operation.fields ?? []) fields.set(name, { value, operationId: id })
  return operation.fields !== undefined && operation.fields.size > 0
}

function invalid(expected: string, got: string): RakkoError {
  return refusal('INVALID_DOCUMENT_GRAPH', { expected, got, about: 'Invalid document' })
}
