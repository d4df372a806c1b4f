import { type DocumentId, type Query, type Schema, searchesOf } from '@rakko/core'
import type { Document, DocumentChange, DocumentPage } from '@rakko/store'
import { FoundPage } from './found-page.js'
import { HeldPage, heldQuery } from './held-page.js'
import { isSameDocument } from './same-document.js'

/** What became of the page: `read` asks for documents as they are now, `rerun` for the query's own statement. */
export type Applied = { readonly kind: 'applied' | 'rerun' } | { readonly kind: 'read'; readonly ids: DocumentId[] }

/** A query's page in memory. */
export interface LivePage {
  /** As the query's statement would give it. */
  readonly page: DocumentPage
  /** All documents held, those beyond the page too. */
  readonly documents: readonly Document[]
  /** An estimate of the memory that they take. */
  readonly bytes: number
  /**
   * Follows changes of documents of the query's schema, and of what it includes: where `areRelatedStale`. `read` holds
   * documents as they are after these changes, with what the query includes. Changes nothing unless it answers `applied`; after `rerun` the page is of no use any more.
   */
  apply(
    changes: ReadonlyMap<DocumentId, DocumentChange>,
    areRelatedStale: boolean,
    read?: ReadonlyMap<DocumentId, Document>,
  ): Applied
}

/** The query whose page a LivePage is made of. */
export function loadedQuery(query: Query): Query {
  return isSearch(query) ? query : heldQuery(query)
}

/** Makes it of what the statement of `loadedQuery` found; documents that show the same as in `before` are kept as they are. */
export function livePage(query: Query, schema: Schema, found: DocumentPage, before?: LivePage): LivePage {
  const known = new Map(before?.documents.map((document) => [document.id, document]))
  const documents = found.documents.map((document) => {
    const same = known.get(document.id)
    return same && isSameDocument(same, document) ? same : document
  })
  const page = { ...found, documents }
  return isSearch(query) ? new FoundPage(query, page) : new HeldPage(query, schema, page)
}

function isSearch({ filter }: Query): boolean {
  return searchesOf(filter).length > 0
}
