import { type Query, type Schema, searchesOf } from '@rakko/core'
import type { DocumentPage } from '@rakko/store'
import { FoundPage } from './found-page.js'
import { HeldPage, heldQuery } from './held-page.js'
import type { LivePage } from './page-in-memory.js'
import { isSameDocument } from './same-document.js'

/** The query whose page a LivePage is made of. */
export function loadedQuery(query: Query): Query {
  return isSearch(query) ? query : heldQuery(query)
}

/**
 * Makes it of what the statement of `loadedQuery` found; documents that show the same as in `before` are kept as they
 * are.
 */
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
