import type { DocumentStore, IngestItem } from '../../src/store.js'
import { Author, type SignedItem } from './author.js'
import { defineSchema, int, str } from './definitions.js'

/** A schema, and what authors do with documents of it. */
export const venues = defineSchema(new Author(9), 'venue', { capacity: 'int', name: 'str' })
const { schemaId } = venues

export function createVenue(author: Author): SignedItem {
  return author.create(schemaId, { name: str('a'), capacity: int(0) })
}

export function update(author: Author, before: SignedItem, capacity: number, previous = before.viewId): SignedItem {
  return author.update(before.documentId, schemaId, previous, { capacity: int(capacity) })
}

export function remove(author: Author, before: SignedItem, previous = before.viewId): SignedItem {
  return author.delete(before.documentId, schemaId, previous)
}

export function payloadLess({ entry }: SignedItem): IngestItem {
  return { entry }
}

/** What of a document does not depend on how its fields stand. */
export async function statusIn(store: DocumentStore, { documentId }: SignedItem) {
  const [document] = await store.documents([documentId])
  return document && { viewId: document.viewId, deleted: document.deleted, owner: document.owner }
}
