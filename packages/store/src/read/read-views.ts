import {
  type DocumentId,
  type DocumentOperation,
  type DocumentViewId,
  decodeOperation,
  documentHistory,
  type OperationId,
  operationIdsOf,
  type PublicKey,
  RakkoError,
  type ReducedDocument,
  reduceAt,
  validateOperation,
} from '@rakko/core'
import type { Session } from '../driver/driver.js'
import { type OperationRow, readOperations } from '../ingest/history.js'
import type { SchemaRegistry } from '../schemas/schema-registry.js'
import type { Names } from '../sql/names.js'
import type { Document, DocumentHistory } from '../store.js'
import { decodeHex } from '../values/decode-column.js'

/** All that is known of a document, read to make any of its views. */
interface StoredDocument {
  readonly id: DocumentId
  readonly deleted: boolean
  readonly purged: boolean
  readonly operations: DocumentOperation[]
}

/** Documents at any views, latest or past, reduced from their operations: one statement, however many. */
export async function readViews(
  session: Pick<Session, 'query'>,
  names: Names,
  registry: SchemaRegistry,
  viewIds: readonly DocumentViewId[],
  refresh: () => Promise<void>,
): Promise<(Document | RakkoError | undefined)[]> {
  const documents = await readStored(session, names, registry, viewIds.flatMap(operationIdsOf), refresh)
  return viewIds.map((viewId) => viewAt(documents, viewId))
}

/** Undefined where the document is unknown. Throws PURGED. */
export async function readHistory(
  session: Pick<Session, 'query'>,
  names: Names,
  registry: SchemaRegistry,
  documentId: DocumentId,
  refresh: () => Promise<void>,
): Promise<DocumentHistory | undefined> {
  const create = documentId as string as OperationId
  const document = (await readStored(session, names, registry, [create], refresh)).get(create)
  if (document?.id !== documentId) return undefined
  if (document.purged) throw purged(document)
  const schemaId = document.operations[0]?.operation.schemaId
  return schemaId && { schemaId, operations: documentHistory(document.operations) }
}

/** By the id of each of their operations. */
async function readStored(
  session: Pick<Session, 'query'>,
  names: Names,
  registry: SchemaRegistry,
  ids: readonly OperationId[],
  refresh: () => Promise<void>,
): Promise<Map<OperationId, StoredDocument>> {
  const rows = await readOperations(session, names, new Set(ids))
  const payloads = rows.map(({ operation }) => (operation === null ? undefined : decodeOperation(operation)))
  // Another node on this database may have met the schema.
  if (payloads.some((plain) => plain && !registry.get(plain.schemaId))) await refresh()
  const byNumber = new Map<bigint, StoredDocument>()
  const byOperation = new Map<OperationId, StoredDocument>()
  for (const [index, row] of rows.entries()) {
    const id = decodeHex(row.hash) as OperationId
    const document = byNumber.get(row.document) ?? startStored(row)
    byNumber.set(row.document, document)
    byOperation.set(id, document)
    const plain = payloads[index]
    if (!plain || document.purged) continue
    const schema = registry.get(plain.schemaId)?.schema
    if (!schema) throw new Error('a stored operation has no known schema')
    const publicKey = decodeHex(row.public_key) as PublicKey
    document.operations.push({ id, publicKey, operation: validateOperation(plain, schema) })
  }
  return byOperation
}

/** In order of arrival a document's CREATE is its first row. */
function startStored({ hash, deleted, purged }: OperationRow): StoredDocument {
  return { id: decodeHex(hash) as DocumentId, deleted, purged, operations: [] }
}

function viewAt(
  documents: ReadonlyMap<OperationId, StoredDocument>,
  viewId: DocumentViewId,
): Document | RakkoError | undefined {
  const named = new Set(operationIdsOf(viewId).map((id) => documents.get(id)))
  if (named.has(undefined)) return undefined
  const [document] = named
  if (!document) return undefined
  if (named.size > 1) {
    return new RakkoError('DIFFERENT_DOCUMENTS', 'The operations of a view belong to one document', { viewId })
  }
  if (document.purged) return purged(document)
  return documentOf(reduceAt(document.operations, viewId), document.deleted)
}

function documentOf(view: ReducedDocument, deleted: boolean): Document {
  const { documentId: id, viewId, follow, schemaId, owner, signer, edited } = view
  const fields = new Map([...view.fields].map(([name, { value }]) => [name, value]))
  return { id, viewId, follow, schemaId, owner, signer, edited, deleted, fields }
}

function purged({ id: documentId }: StoredDocument): RakkoError {
  return new RakkoError('PURGED', `The payloads of the deleted document ${documentId} were dropped`, { documentId })
}
