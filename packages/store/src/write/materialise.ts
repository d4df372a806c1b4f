import {
  type DocumentId,
  type DocumentViewId,
  type OperationId,
  type OperationValue,
  type ReducedDocument,
  reduce,
  unlessInvalid,
} from '@rakko/core'
import { loadHistories } from '../load/histories.js'
import {
  costOf,
  groupBySize,
  type HistorySize,
  MAX_HISTORIES_AT_ONCE,
  measureHistories,
} from '../load/history-sizes.js'
import { readLongHistories, withLongValues } from '../load/long-history.js'
import type { NumberedOperation } from '../load/stored-operations.js'
import type { WriteTransaction } from '../transaction/database.js'
import type { HistoryCache } from '../transaction/history-cache.js'
import type { Ledger } from '../transaction/ledger.js'
import type { DocumentState } from '../transaction/ledger-state.js'
import { TooMuchAtOnce } from '../transaction/too-much-at-once.js'

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
 * already. After a merge or a concurrent operation the whole graph is reduced. What is not cached of it is measured,
 * then read for as many documents together as fit, and let go. One that alone is too large is read in pieces.
 *
 * With `maySplit` it rejects with `TooMuchAtOnce` where several documents are too large together.
 */
export async function materialise(
  transaction: WriteTransaction,
  cache: HistoryCache,
  { maySplit }: { readonly maySplit: boolean },
): Promise<Materialising> {
  const { ledger, marks } = transaction
  const changed = [...ledger.documents.values()].filter(
    ({ isChanged, id }) => isChanged && !ledger.lost.documents.has(id),
  )
  const made = new Map<DocumentId, Materialised>()
  const reduced = new Map<DocumentId, readonly NumberedOperation[]>()
  const unread: DocumentState[] = []
  for (const document of changed) {
    const { id, view, isPurged, added } = document
    const known = view || isPurged ? undefined : cache.tell(marks.before, id)
    if (view || isPurged) made.set(id, followed(ledger, document, view))
    else if (!known) unread.push(document)
    else {
      for (const [publicKey, number] of known.authors) ledger.authorNumbers.set(publicKey, number)
      const operations = [...known.operations, ...added]
      reduced.set(id, operations)
      add(made, ledger, document, operations, reduceGraph(ledger, document, operations))
    }
  }
  if (unread.length > 0) await reduceUnread(transaction, unread, maySplit, made, reduced)
  return { materialised: changed.flatMap(({ id }) => made.get(id) ?? []), reduced }
}

async function reduceUnread(
  transaction: WriteTransaction,
  unread: readonly DocumentState[],
  maySplit: boolean,
  made: Map<DocumentId, Materialised>,
  reduced: Map<DocumentId, readonly NumberedOperation[]>,
): Promise<void> {
  const { ledger } = transaction
  const stored = unread.filter(({ isNew }) => !isNew)
  const ids = stored.map(({ id }) => id as string as OperationId)
  const sizes = ids.length === 0 ? new Map<number, HistorySize>() : await measureHistories(transaction, ids)
  const groups = groupBySize(unread, ({ number }) => costOf(sizes.get(number) ?? NOTHING), MAX_HISTORIES_AT_ONCE)
  if (maySplit && groups.length > 1) throw new TooMuchAtOnce()
  for (const group of groups) {
    const [first] = group as [DocumentState]
    if ((sizes.get(first.number)?.bytes ?? 0) > MAX_HISTORIES_AT_ONCE) {
      const id = first.id as string as OperationId
      const long = await readLongHistories(transaction, [id])
      const document = long.documents.get(id)
      for (const [publicKey, number] of document?.authors ?? []) ledger.authorNumbers.set(publicKey, number)
      const operations = [...(document?.operations ?? []), ...first.added]
      const view = reduceGraph(ledger, first, operations)
      add(made, ledger, first, operations, view && (await withLongValues(transaction, view, long)))
      continue
    }
    const histories = await loadHistories(
      transaction,
      group.map(({ id }) => id),
    )
    for (const document of group) {
      const operations = histories.get(document.id) ?? document.added
      // Of many groups those that the next transaction may need are not kept: only one is in memory.
      if (groups.length === 1) reduced.set(document.id, operations)
      add(made, ledger, document, operations, reduceGraph(ledger, document, operations))
    }
  }
}

const NOTHING: Pick<HistorySize, 'operations' | 'bytes'> = { operations: 0, bytes: 0 }

/** Undefined where entries of it are lost. It is not read any more until they come back. */
function reduceGraph(
  ledger: Ledger,
  { id }: DocumentState,
  operations: readonly NumberedOperation[],
): ReducedDocument | undefined {
  if (ledger.counters.lost === 0) return reduce(operations)
  const view = unlessInvalid(() => reduce(operations))
  if (!view) ledger.lost.documents.add(id)
  return view
}

function add(
  made: Map<DocumentId, Materialised>,
  ledger: Ledger,
  document: DocumentState,
  operations: readonly NumberedOperation[],
  view: ReducedDocument | undefined,
): void {
  if (view) made.set(document.id, materialised(ledger, document, operations, view))
}

/** The view of a document whose history nobody needs to read. */
function followed(ledger: Ledger, document: DocumentState, view: DocumentState['view']): Materialised {
  const [create] = document.added
  if (document.isPurged || !view) return purged(ledger, document)
  if (view !== 'created') return materialised(ledger, document, document.added, view)
  if (!create) throw new Error('a document was created without an operation')
  return created(ledger, document, create)
}

function materialised(
  ledger: Ledger,
  document: DocumentState,
  operations: readonly NumberedOperation[],
  view: ReducedDocument,
): Materialised {
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
