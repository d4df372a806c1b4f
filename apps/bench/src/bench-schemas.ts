import { randomBytes } from 'node:crypto'
import {
  type BoundSchemas,
  bindSchemas,
  defineSchemas,
  int,
  planLock,
  type SchemaDefinitions,
  SEED_BYTES,
  str,
} from '@rakko/core'
import { nativeSigner } from '@rakko/node/nodejs'

const definitions = defineSchemas({
  venue: { description: 'A place of the festival', fields: { name: str(), capacity: int() } },
})

/** What an app ships, signed by a developer's key of this run. */
export async function signSchemas<const D extends SchemaDefinitions>(definitions: D): Promise<BoundSchemas<D>> {
  const { lock, schemas } = await planLock({
    definitions,
    signer: nativeSigner(new Uint8Array(randomBytes(SEED_BYTES))),
  })
  const ids = {} as Record<keyof D & string, string>
  for (const name of Object.keys(definitions) as (keyof D & string)[]) {
    const schema = schemas.get(name)
    if (schema === undefined) throw new Error(`the lock has no ${name}`)
    ids[name] = schema.id
  }
  return bindSchemas(definitions, ids, lock.commits)
}

/** The smallest app: documents of two fields. */
export function benchSchemas() {
  return signSchemas(definitions)
}

export type BenchSchemas = Awaited<ReturnType<typeof benchSchemas>>

/** Fields of documents that differ from each other and from those of an earlier call. */
export function venues(count: number): { name: string; capacity: number }[] {
  const first = made
  made += count
  return Array.from({ length: count }, (_, index) => ({ name: `Stage ${first + index}`, capacity: first + index }))
}

let made = 0
