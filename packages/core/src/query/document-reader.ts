import type { DocumentId, DocumentViewId, PublicKey } from '../ids.js'
import type { OperationValue } from '../operation/operation.js'
import type { FilterValue } from './query.js'

/** What is known of a field: its value; null where a deleted document has none; undefined where it is not known. */
export type KnownValue = FilterValue | readonly string[] | null | undefined

export type DocumentReader = (field: string) => KnownValue

/** What queries ask about a document. `fields` may hold only some of them. */
export interface QueriedDocument {
  readonly id: DocumentId
  readonly viewId: DocumentViewId
  readonly owner: PublicKey
  readonly signer: PublicKey
  readonly edited: boolean
  readonly deleted: boolean
  readonly fields: ReadonlyMap<string, OperationValue>
}

/** Reads fields and meta fields. A field that `fields` lacks is not known, unless the document is deleted. */
export function readDocument(document: QueriedDocument): DocumentReader {
  return (field) => {
    switch (field) {
      case '$id':
        return document.id
      case '$viewId':
        return document.viewId
      case '$owner':
        return document.owner
      case '$signer':
        return document.signer
      case '$edited':
        return document.edited
      case '$deleted':
        return document.deleted
      default:
        return document.deleted ? null : document.fields.get(field)?.value
    }
  }
}
