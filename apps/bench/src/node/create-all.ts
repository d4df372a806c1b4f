import type { BoundSchema, Collection, CreateFields, DocumentId } from '@rakko/client'

/** Creates all in one call; one refused is an error, since a benchmark of refusals measures nothing. */
export async function createAll<S extends BoundSchema>(
  collection: Collection<S>,
  items: readonly CreateFields<S>[],
): Promise<DocumentId[]> {
  return (await collection.createMany(items)).map((outcome) => {
    if (outcome.status === 'refused') throw outcome.error
    return outcome.id
  })
}
