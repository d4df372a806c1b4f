import type { Query, SchemaId } from '@rakko/core'
import type { Store } from '../../src/store.js'
import { Author, type SignedItem } from './author.js'
import { defineSchema, int, str } from './definitions.js'

/** More than a slice fills. */
export const DOCUMENTS = 70
export const LIMITS = { ofAuthor: 3, ofStrangers: 9 }

export const panda = new Author(600)
export const stranger = new Author(601)
/** Its documents come last: its author has had as many tables made as one may. */
export const venue = defineSchema(panda, 'venue', { capacity: 'int', name: 'str' })
export const visit = defineSchema(panda, 'visit', {
  at: `pinned_relation(${venue.schemaId})`,
  to: `relation(${venue.schemaId})`,
})
export const fillers = Array.from({ length: LIMITS.ofAuthor }, (_, index) =>
  defineSchema(panda, `filler_${index}`, { name: 'str' }),
)
export const definitions = [venue, visit, ...fillers].flatMap(({ items }) => items)
export const filled = fillers.map(({ schemaId }) => stranger.create(schemaId, { name: str('a') }))
export const venues = Array.from({ length: DOCUMENTS }, (_, index) =>
  stranger.create(venue.schemaId, { capacity: int(index), name: str(`venue ${index}`) }),
)
export const [zoo, park] = venues as [SignedItem, SignedItem]
/** In the order in which they are filled. */
export const [hall, barn, shed, mill, cave] = venues
  .slice(2)
  .sort((a, b) => (a.documentId < b.documentId ? -1 : 1)) as [
  SignedItem,
  SignedItem,
  SignedItem,
  SignedItem,
  SignedItem,
]
export const largerZoo = stranger.update(zoo.documentId, venue.schemaId, zoo.viewId, { capacity: int(1000) })
export const otherZoo = panda.update(zoo.documentId, venue.schemaId, zoo.viewId, { name: str('zoo') })
export const noPark = stranger.delete(park.documentId, venue.schemaId, park.viewId)
export const visits = [zoo, largerZoo, park].map(({ viewId, documentId }) =>
  stranger.create(visit.schemaId, {
    at: { type: 'pinned_relation', value: viewId },
    to: { type: 'relation', value: documentId },
  }),
)

export const all = (schemaId: SchemaId, include: Query['include'] = []): Query => ({
  schemaId,
  filter: { kind: 'and', filters: [] },
  order: [{ field: '$id', direction: 'asc' }],
  first: 1000,
  include,
})

export const withVenues = all(visit.schemaId, [
  { field: 'at', type: 'pinned_relation', query: all(venue.schemaId) },
  { field: 'to', type: 'relation', query: all(venue.schemaId) },
])

/** All that can be read of both schemas. */
export async function readAll(store: Store): Promise<Record<string, unknown>> {
  return {
    hash: await store.stateHash(venue.schemaId),
    visits: await store.query(withVenues),
    venues: (await store.snapshot({ ...all(venue.schemaId), withCount: true })).documents,
    count: await store.count(all(venue.schemaId)),
    documents: await store.documents([...venues, ...visits].map(({ documentId }) => documentId)),
  }
}
