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
import type { LiveUpdate, PlacedRow, WireOperation, WirePage, WireRelated, WireRow, WireValue } from './messages.js'

/** A document as a message carries it. */
export function wireRow(document: Document, include: readonly Include[] = []): WireRow {
  const { id, viewId, owner, signer, edited, deleted } = document
  const row: WireRow = { id, viewId, owner, signer, edited, deleted, fields: wireFields(document.fields) }
  if (include.length === 0) return row
  const related: Record<string, WireRelated> = {}
  for (const one of include) related[one.field] = wireRelated(one, document)
  return Object.assign(row, { related })
}

/** An operation of a history as a message carries it. */
export function wireOperation({ fields, ...operation }: HistoryOperation): WireOperation {
  return { ...operation, fields: wireFields(fields) }
}

/** A page of documents as a message carries it. */
export function wirePage(page: DocumentPage, query: Query): WirePage {
  return { rows: page.documents.map((document) => wireRow(document, query.include)), ...wireAround(page, query) }
}

/** A live query's change as a message carries it. */
export function wireUpdate({ page, delta }: LiveChange, query: Query): LiveUpdate {
  const placed = ({ index, document }: PlacedDocument): PlacedRow => ({ index, row: wireRow(document, query.include) })
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
  { start, end, hasNextPage, hasPreviousPage, count }: DocumentPage,
  { order }: Query,
): Omit<WirePage, 'rows'> {
  return {
    hasNextPage,
    hasPreviousPage,
    ...(start && { startCursor: encodeCursor(order, start) }),
    ...(end && { endCursor: encodeCursor(order, end) }),
    ...(count !== undefined && { count }),
  }
}

function wireFields(values: ReadonlyMap<string, OperationValue>): Record<string, WireValue> {
  const fields: Record<string, WireValue> = {}
  for (const [name, { type, value }] of values) fields[name] = type === 'bytes' ? compactBytes(value) : value
  return fields
}

function wireRelated({ field, type, query, asPage }: Include, document: Document): WireRelated {
  const page = document.related?.get(field)
  if (page === undefined) throw new Error(`the store left out ${field}`)
  if (asPage) return wirePage(page, query)
  const rows = page.documents.map((one) => wireRow(one, query.include))
  return isListType(type) ? rows : (rows[0] ?? null)
}

/** A structured clone of a view carries the whole buffer behind it, which may be a database's memory. */
export function compactBytes(bytes: Uint8Array): Uint8Array {
  return bytes.byteLength === bytes.buffer.byteLength ? bytes : bytes.slice()
}
