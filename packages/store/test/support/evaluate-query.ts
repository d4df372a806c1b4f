import {
  compareOrder,
  evaluateFilter,
  type FilterValue,
  orderValues,
  type Query,
  readDocument,
  type Schema,
} from '@rakko/core'
import type { Document } from '../../src/store.js'

/** What core's own evaluation makes of a query; deleted documents are for the caller to leave out. */
export function evaluateQuery(documents: readonly Document[], query: Query, schema: Schema): Document[] {
  const keys = new Map<Document, readonly FilterValue[]>()
  for (const document of documents) {
    const read = readDocument(document)
    if (evaluateFilter(query.filter, read)) keys.set(document, orderValues(query.order, schema, read) ?? [])
  }
  return [...keys].sort(([, a], [, b]) => compareOrder(query.order, a, b)).map(([document]) => document)
}

/** The document with some of its fields forgotten. */
export function forgetFields(document: Document, isForgotten: (field: string) => boolean): Document {
  return { ...document, fields: new Map([...document.fields].filter(([field]) => !isForgotten(field))) }
}
