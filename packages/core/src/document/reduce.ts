import type { DocumentId, DocumentViewId, OperationId, PublicKey, SchemaId } from '../ids.js'
import type { Operation, OperationValue } from '../operation/operation.js'
import type { RakkoError } from '../rakko-error.js'
import { refusal } from '../refusal.js'
import { documentViewIdFromTips, operationIdsOf } from './document-view-id.js'
import { type GraphNode, sortGraph, trimGraph } from './graph.js'

/** An operation of a document with its id and its signer, which its entry adds. */
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

/** What the operations of a document come to. */
export interface ReducedDocument {
  readonly documentId: DocumentId
  readonly schemaId: SchemaId
  /** Signer of the CREATE. */
  readonly owner: PublicKey
  /** Signer of the operation sorted last. */
  readonly signer: PublicKey
  readonly viewId: DocumentViewId
  readonly deleted: boolean
  /** Whether an UPDATE set a field or a DELETE came. An UPDATE without fields makes a new view, but no edit. */
  readonly edited: boolean
  /**
   * What a new operation names as `previous` to be sorted after all of these, so that readers see what it sets. It is
   * the view, and beside it the operation sorted last where that is no tip. An update that follows the view alone could
   * lose against an operation it has seen, and so could every update after it.
   */
  readonly follow: DocumentViewId
  /** In ascending order of names; empty where deleted. */
  readonly fields: ReadonlyMap<string, DocumentField>
}

/**
 * Reduces the operations of one document, given in any order. In each field the last value in sorted order wins.
 *
 * Delete wins: a DELETE anywhere among the operations deletes the document, whatever is concurrent to it or follows it.
 * (Departure: the reference fails on any operation sorted after a DELETE and keeps the view it had before. Its result
 * depends on the order of arrival.)
 *
 * Throws INVALID_DOCUMENT_GRAPH where the operations do not form one document.
 */
export function reduce(operations: Iterable<DocumentOperation>): ReducedDocument {
  return reduceNodes([...operations].map(toNode))
}

/**
 * The document as it was at a view: these operations and their ancestors. A view id may name an ancestor beside its
 * descendant; the result is then the view of the descendant. Throws INVALID_DOCUMENT_GRAPH where the view is not of
 * this document.
 */
export function reduceAt(operations: Iterable<DocumentOperation>, viewId: DocumentViewId): ReducedDocument {
  return reduceNodes(trimGraph([...operations].map(toNode), operationIdsOf(viewId)))
}

/** What `reduce` returns for a CREATE alone, found without a graph. */
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

/** The operations of a document in the order of their reduction. Throws INVALID_DOCUMENT_GRAPH. */
export function sortOperations(operations: Iterable<DocumentOperation>): DocumentOperation[] {
  return sortGraph([...operations].map(toNode)).sorted.map(({ source }) => source)
}

/**
 * The document after an operation that follows exactly the current view. This is the ordinary case and needs no
 * history. Returns undefined where only a reduction of the whole graph can tell: `previous` is another view, or
 * following the current one takes more than its tips.
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

/** Returns whether there was anything to set. */
function setFields(fields: Map<string, DocumentField>, { id, operation }: DocumentOperation): boolean {
  for (const [name, value] of operation.fields ?? []) fields.set(name, { value, operationId: id })
  return operation.fields !== undefined && operation.fields.size > 0
}

function invalid(expected: string, got: string): RakkoError {
  return refusal('INVALID_DOCUMENT_GRAPH', { expected, got, about: 'Invalid document' })
}
