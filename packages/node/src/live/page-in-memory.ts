import type { DocumentId } from '@rakko/core'
import type { Document, DocumentChange, DocumentPage } from '@rakko/store'

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
   * Follows changes of documents of the query's schema, and of those it includes where `areRelatedStale`. `read` holds
   * documents as they are after these changes, with their included ones. Changes nothing unless it returns
   * `applied`. After `rerun` the page can no longer be used.
   */
  apply(
    changes: ReadonlyMap<DocumentId, DocumentChange>,
    areRelatedStale: boolean,
    read?: ReadonlyMap<DocumentId, Document>,
  ): Applied
}
