import { type DocumentId, evaluateFilter, type Query, readDocument } from '@rakko/core'
import type { Document, DocumentChange, DocumentPage } from '@rakko/store'
import { DocumentBytes } from './document-bytes.js'
import type { Applied, LivePage } from './page-in-memory.js'

/** The page of a full-text search: which documents it finds and in what order only the database can tell. */
export class FoundPage implements LivePage {
  readonly page: DocumentPage
  readonly bytes: number
  readonly #query: Query

  constructor(query: Query, page: DocumentPage) {
    this.page = page
    const held = new DocumentBytes()
    for (const document of page.documents) held.add(document)
    this.bytes = held.bytes
    this.#query = query
  }

  get documents(): readonly Document[] {
    return this.page.documents
  }

  apply(changes: ReadonlyMap<DocumentId, DocumentChange>, areRelatedStale: boolean): Applied {
    if (areRelatedStale) return { kind: 'rerun' }
    for (const change of changes.values()) {
      const isNone = change.isNew && evaluateFilter(this.#query.filter, readDocument(change)) === false
      if (!isNone) return { kind: 'rerun' }
    }
    return { kind: 'applied' }
  }
}
