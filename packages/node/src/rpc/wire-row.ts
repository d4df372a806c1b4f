import {
  encodeCursor,
  type HistoryOperation,
  type Include,
  isListType,
  type OperationValue,
  type Query,
} from '@rakko/core'
import type { Document, DocumentPage } from '@rakko/store'
import type { LiveChange } from '../live/live-query.js'
import type { PlacedDocument } from '../live/page-delta.js'
import type { LiveUpdate, PlacedRow, WireOperation, WirePage, WireRelated, WireRow, WireValue } from './wire.js'

/**
 * Rows of one message by their documents, for each list of includes. A document that relations lead to many times is
 * one object, and a structured clone carries that once.
 */
type SharedRows = Map<readonly Include[], Map<Document, WireRow>>

/** A document as a message carries it. */
export function wireRow(document: Document, include: readonly Include[] = [], shared: SharedRows = new Map()): WireRow {
  const { id, viewId, owner, signer, edited, deleted } = document
  const row: WireRow = { id, viewId, owner, signer, edited, deleted, fields: wireFields(document.fields) }
  if (include.length === 0) return row
  const related: Record<string, WireRelated> = {}
  for (const one of include) related[one.field] = wireRelated(one, document, shared)
  return Object.assign(row, { related })
}

/** An operation of a history as a message carries it. */
export function wireOperation({ fields, ...operation }: HistoryOperation): WireOperation {
  return { ...operation, fields: wireFields(fields) }
}

/** A page of documents as a message carries it. */
export function wirePage(page: DocumentPage, query: Query): WirePage {
  const shared: SharedRows = new Map()
  return {
    rows: page.documents.map((document) => wireRow(document, query.include, shared)),
    ...wireAround(page, query),
  }
}

/** A live query's change as a message carries it. */
export function wireUpdate({ page, delta }: LiveChange, query: Query): LiveUpdate {
  const shared: SharedRows = new Map()
  const placed = ({ index, document }: PlacedDocument<Document>): PlacedRow => {
    return { index, row: wireRow(document, query.include, shared) }
  }
  const { left, moved } = delta
  return {
    entered: delta.entered.map(placed),
    left,
    moved,
    changed: delta.changed.map(placed),
    ...wireAround(page, query),
  }
}

/** What a page says beside its rows. */
function wireAround(
  { start, end, hasNextPage, hasPreviousPage, count, lost }: DocumentPage,
  { order }: Query,
): Omit<WirePage, 'rows'> {
  return {
    hasNextPage,
    hasPreviousPage,
    ...(start && { startCursor: encodeCursor(order, start) }),
    ...(end && { endCursor: encodeCursor(order, end) }),
    ...(count !== undefined && { count }),
    ...(lost !== undefined && { lost }),
  }
}

function wireFields(values: ReadonlyMap<string, OperationValue>): Record<string, WireValue> {
  const fields: Record<string, WireValue> = {}
  for (const [name, { type, value }] of values) fields[name] = type === 'bytes' ? compactBytes(value) : value
  return fields
}

function wireRelated({ field, type, query, asPage }: Include, document: Document, shared: SharedRows): WireRelated {
  const page = document.related?.get(field)
  if (page === undefined) throw new Error(`the store left out ${field}`)
  const include = query.include ?? NO_INCLUDES
  const made = shared.get(include) ?? new Map<Document, WireRow>()
  shared.set(include, made)
  const rows = page.documents.map((one) => {
    const row = made.get(one) ?? wireRow(one, include, shared)
    made.set(one, row)
    return row
  })
  if (asPage) return { rows, ...wireAround(page, query) }
  return isListType(type) ? rows : (rows[0] ?? null)
}

const NO_INCLUDES: readonly Include[] = []

/** A structured clone of a view carries the whole buffer behind it, which may be a database's memory. */
export function compactBytes(bytes: Uint8Array): Uint8Array {
  return bytes.byteLength === bytes.buffer.byteLength ? bytes : bytes.slice()
}
