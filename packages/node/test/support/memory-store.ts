import { randomBytes } from 'node:crypto'
import { defineSchemas, int, planLock, relation, type SchemaId, str } from '@rakko/core'
import { createStore, DEFAULT_SCHEMA_NAME, type Store } from '@rakko/store'
import { nativeSigner, nativeVerifier } from '../../src/nodejs/native-key.js'
import { openStorage } from '../../src/nodejs/open-storage.js'

export const random = (length: number): Uint8Array => new Uint8Array(randomBytes(length))
export const pause = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

/** An empty store on PGlite in memory. */
export async function memoryStore(): Promise<Store> {
  const { driver } = await openStorage({ kind: 'memory' })
  return createStore({
    driver,
    schemaName: DEFAULT_SCHEMA_NAME,
    verifier: nativeVerifier(),
    now: Date.now,
    random,
    pause,
  })
}

export const definitions = defineSchemas({
  venue: { description: 'A place', fields: { name: str(), capacity: int() } },
  event: { description: 'What happens there', fields: { title: str(), venue: relation('venue') } },
})

/** A lock of these definitions, signed by somebody new. */
export async function lockOf(seed = random(32)) {
  const { lock, schemas } = await planLock({ definitions, signer: nativeSigner(seed) })
  const idOf = (name: string): SchemaId => {
    const schema = schemas.get(name)
    if (schema === undefined) throw new Error(`no schema ${name}`)
    return schema.id
  }
  const fields = { venue: { name: 'str', capacity: 'int' }, event: { title: 'str', venue: 'relation' } }
  const expected = [
    { id: idOf('venue'), fields: fields.venue },
    { id: idOf('event'), fields: fields.event },
  ]
  return { lock: lock.commits, expected, venue: idOf('venue'), event: idOf('event') }
}
