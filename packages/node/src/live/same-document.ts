import type { Document, DocumentPage } from '@rakko/store'

/** Whether a reader would see no difference. A view id names what it shows, so fields need not be compared. */
export function isSameDocument(a: Document, b: Document): boolean {
  if (a.viewId !== b.viewId || a.follow !== b.follow || a.deleted !== b.deleted || a.edited !== b.edited) return false
  if (a.signer !== b.signer || a.fields.size !== b.fields.size) return false
  for (const [field, page] of a.related ?? []) {
    const other = b.related?.get(field)
    if (!other || !isSamePage(page, other)) return false
  }
  return true
}

function isSamePage(a: DocumentPage, b: DocumentPage): boolean {
  return (
    a.hasNextPage === b.hasNextPage &&
    a.hasPreviousPage === b.hasPreviousPage &&
    a.count === b.count &&
    a.documents.length === b.documents.length &&
    a.documents.every((document, index) => {
      const other = b.documents[index] as Document
      return document.id === other.id && isSameDocument(document, other)
    })
  )
}
