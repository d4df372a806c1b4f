import {
  type DocumentId,
  type DocumentViewId,
  type OperationValue,
  type ReducedDocument,
  reduce,
  unlessInvalid,
} from '@rakko/core'
import { loadHistories } from '../load/histories.js'
import type { NumberedOperation } from '../load/stored-operations.js'
import type { WriteTransaction } from '../transaction/database.js'
import type { HistoryCache } from '../transaction/history-cache.js'
import type { Ledger } from '../transaction/ledger.js'
import type { DocumentState } from '../transaction/ledger-state.js'

/** What a transaction makes of a document: its latest view. */
export interface Materialised {
  readonly document: DocumentState
  readonly viewId: DocumentViewId
  /** Authors of the CREATE and of the operation sorted last. */
  readonly keys: Pick<ReducedDocument, 'owner' | 'signer'>
  /** Number of the author of the CREATE; undefined in a stored document, whose owner is stored. */
  readonly owner: number | undefined
  /** Number of the author of the operation sorted last. */
  readonly signer: number
  readonly edited: boolean
  readonly deleted: boolean
  readonly follow: DocumentViewId
  /** The fields that were set, in a stored document that was only followed. Otherwise all fields. */
  readonly fields: ReadonlyMap<string, OperationValue>
  /** For a blob piece, the number of the entry whose payload holds the data, where that was set. */
  readonly payload: number | undefined
}

/** What a transaction makes of all documents that it changes, and the whole histories that it has reduced for that. */
export interface Materialising {
  readonly materialised: Materialised[]
  readonly reduced: ReadonlyMap<DocumentId, readonly NumberedOperation[]>
}

/**
 * The latest views of all documents that the ledger changes. Those of documents that were only followed are known
 * already. After a merge or a concurrent operation the whole graph is reduced. What is not cached of it is read in one
 * statement for all of them.
 */
export async function materialise(transaction: WriteTransaction, cache: HistoryCache): Promise<Materialising> {
  const { ledger, marks } = transaction
  const changed = [...ledger.documents.values()].filter(
    ({ isChanged, id }) => isChanged && !ledger.lost.documents.has(id),
  )
  const merged = changed.filter(({ view, isPurged }) => !view && !isPurged)
  const reduced = new Map<DocumentId, readonly NumberedOperation[]>()
  for (const { id, added } of merged) {
    const known = cache.tell(marks.before, id)
    if (!known) continue
    for (const [publicKey, number] of known.authors) ledger.authorNumbers.set(publicKey, number)
    reduced.set(id, [...known.operations, ...added])
  }
  const unread = merged.filter(({ id }) => !reduced.has(id))
  const histories = await loadHistories(
    transaction,
    unread.map(({ id }) => id),
  )
  for (const { id, added } of unread) reduced.set(id, histories.get(id) ?? added)
  if (ledger.counters.lost === 0) {
    return { materialised: changed.map((document) => materialiseDocument(ledger, reduced, document)), reduced }
  }
  const materialised = changed.flatMap((document) => {
    const made = unlessInvalid(() => materialiseDocument(ledger, reduced, document))
    // Entries of it are lost. It is not read any more until they come back.
    if (!made) ledger.lost.documents.add(document.id)
    return made ?? []
  })
  return { materialised, reduced }
}

function materialiseDocument(ledger: Ledger, reduced: Materialising['reduced'], document: DocumentState): Materialised {
  const [create] = document.added
  if (document.isPurged) return purged(ledger, document)
  if (document.view === 'created' && create) return created(ledger, document, create)
  const operations = reduced.get(document.id) ?? document.added
  const view = document.view && document.view !== 'created' ? document.view : reduce(operations)
  const { viewId, follow, edited, deleted } = view
  return {
    document,
    viewId,
    follow,
    keys: view,
    owner: document.isNew ? ledger.authorNumber(view.owner) : undefined,
    signer: ledger.authorNumber(view.signer),
    edited,
    deleted,
    fields: valuesOf(view.fields),
    payload: payloadOf(document, view, operations),
  }
}

function valuesOf(fields: ReducedDocument['fields']): Map<string, OperationValue> {
  const values = new Map<string, OperationValue>()
  for (const [name, { value }] of fields) values.set(name, value)
  return values
}

/** As core's `reduce`, for the most frequent case by far: nothing is copied. */
function created(ledger: Ledger, document: DocumentState, create: NumberedOperation): Materialised {
  const author = ledger.authorNumber(create.publicKey)
  return {
    document,
    viewId: document.tips.viewId,
    follow: document.tips.viewId,
    keys: { owner: create.publicKey, signer: create.publicKey },
    owner: author,
    signer: author,
    edited: false,
    deleted: false,
    fields: create.operation.fields ?? new Map(),
    payload: document.schema.views.payloadField === undefined ? undefined : create.number,
  }
}

/** The view of a deleted document without all of its payloads. Tips need no history, and nothing else can change. */
function purged(ledger: Ledger, document: DocumentState): Materialised {
  const { tips, owner, added } = document
  const { viewId } = tips
  const last = added.at(-1)
  if (!last) throw new Error('a purged document has changed without an operation')
  return {
    document,
    viewId,
    follow: viewId,
    keys: { owner, signer: last.publicKey },
    owner: document.isNew ? ledger.authorNumber(owner) : undefined,
    signer: ledger.authorNumber(last.publicKey),
    edited: true,
    deleted: true,
    fields: new Map(),
    payload: undefined,
  }
}

function payloadOf(
  { schema }: DocumentState,
  { fields }: ReducedDocument,
  operations: readonly NumberedOperation[],
): number | undefined {
  const { payloadField } = schema.views
  const setBy = payloadField === undefined ? undefined : fields.get(payloadField)?.operationId
  return setBy && operations.find(({ id }) => id === setBy)?.number
}
