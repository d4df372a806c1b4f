import type { Collection } from '@rakko/client'
import type { BenchSchemas, venues } from '../bench-schemas.js'

/** Creates all in one call; one refused is an error, since a benchmark of refusals measures nothing. */
export async function createAll(
  collection: Collection<BenchSchemas['venue']>,
  items: ReturnType<typeof venues>,
): Promise<void> {
  for (const outcome of await collection.createMany(items)) if (outcome.status === 'refused') throw outcome.error
}
