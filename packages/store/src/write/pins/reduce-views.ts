import {
  type DocumentViewId,
  type OperationId,
  type OperationValue,
  operationIdsOf,
  type ReducedDocument,
  reduceAt,
  unlessInvalid,
} from '@rakko/core'
import { costOf, MAX_HISTORIES_AT_ONCE, measureHistories } from '../../load/history-sizes.js'
import { readLongHistories, withLongValues } from '../../load/long-history.js'
import { readStoredDocuments, type StoredDocument } from '../../load/stored-operations.js'
import type { KnownSchema } from '../../schemas/schema-registry.js'
import type { LedgerQueries } from '../../transaction/database.js'
import type { Ledger } from '../../transaction/ledger.js'

/** Views of the past that are reduced together, where the histories of their documents are small. */
export const REDUCED_AT_ONCE = 32

/** A view that is to be made. */
export interface PendingView {
  readonly view: Uint8Array
  readonly viewId: DocumentViewId
}

/** A view of the past in the tables; all but `view` undefined where it cannot be made. */
export interface MadeView extends PendingView {
  readonly awaits?: OperationId
  readonly document?: number
  readonly schema?: KnownSchema
  readonly signer?: number
  /** Number of the entry whose payload holds a blob piece's data. */
  readonly payload?: number | undefined
  readonly reduced?: ReducedDocument
}

/** Reduces as many of them as have histories that may be in memory side by side. Of a longer one it is one alone. */
export async function reduceViews(queries: LedgerQueries, pending: readonly PendingView[]): Promise<MadeView[]> {
  const { ledger } = queries
  const ids = new Set(pending.flatMap(({ viewId }) => operationIdsOf(viewId)))
  const sizes = [...(await measureHistories(queries, ids)).values()]
  if (sizes.reduce((sum, size) => sum + costOf(size), 0) <= MAX_HISTORIES_AT_ONCE) {
    const documents = await readStoredDocuments(queries, ids)
    return pending.map((view) => makeView(ledger, documents, view))
  }
  if (pending.length > 1) return reduceViews(queries, pending.slice(0, Math.ceil(pending.length / 2)))
  const long = await readLongHistories(queries, ids)
  const made = pending.map((view) => makeView(ledger, long.documents, view))
  const whole: MadeView[] = []
  for (const view of made) {
    const { reduced } = view
    whole.push(reduced ? { ...view, reduced: await withLongValues(queries, reduced, long) } : view)
  }
  return whole
}

function makeView(ledger: Ledger, documents: ReadonlyMap<OperationId, StoredDocument>, pending: PendingView): MadeView {
  const ids = operationIdsOf(pending.viewId)
  const [first, ...others] = ids
  const document = first && documents.get(first)
  // Its first operation has arrived. If that is not held any more, the view is never made.
  if (!document) return pending
  const missing = others.find((id) => !documents.has(id))
  if (missing) return { ...pending, awaits: missing }
  if (document.isPurged) return pending
  const { operations, authors } = document
  const reduced = unlessInvalid(() => reduceAt(operations, pending.viewId))
  const schema = reduced && ledger.knownSchema(reduced.schemaId)
  if (!schema || reduced.deleted) return pending
  const { payloadField } = schema.views
  const setBy = payloadField === undefined ? undefined : reduced.fields.get(payloadField)?.operationId
  return {
    ...pending,
    reduced,
    schema,
    document: document.number,
    signer: authors.get(reduced.signer) ?? 0,
    payload: operations.find(({ id }) => id === setBy)?.number,
  }
}

export function valuesOf({ fields }: ReducedDocument): ReadonlyMap<string, OperationValue> {
  return new Map([...fields].map(([name, { value }]) => [name, value]))
}
