import { randomBytes } from 'node:crypto'
import { bindSchemas, defineSchemas, int, planLock, SEED_BYTES, str } from '@rakko/core'
import { nativeSigner } from '@rakko/node/nodejs'

const definitions = defineSchemas({
  venue: { description: 'A place of the festival', fields: { name: str(), capacity: int() } },
})

/** What an app ships, signed by a developer's key of this run. */
export async function benchSchemas() {
  const { lock, schemas } = await planLock({
    definitions,
    signer: nativeSigner(new Uint8Array(randomBytes(SEED_BYTES))),
  })
  const venue = schemas.get('venue')
  if (venue === undefined) throw new Error('the lock has no venue')
  return bindSchemas(definitions, { venue: venue.id }, lock.commits)
}

export type BenchSchemas = Awaited<ReturnType<typeof benchSchemas>>

/** Fields of documents that differ from each other and from those of an earlier call. */
export function venues(count: number): { name: string; capacity: number }[] {
  const first = made
  made += count
  return Array.from({ length: count }, (_, index) => ({ name: `Stage ${first + index}`, capacity: first + index }))
}

let made = 0
