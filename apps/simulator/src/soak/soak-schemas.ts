import { bindSchemas, defineSchemas, int, planLock, str } from '@rakko/core'
import { signerOf } from '../people/keys.js'

const definitions = defineSchemas({ note: { description: 'A note', fields: { text: str(), likes: int() } } })

export type SoakSchemas = Awaited<ReturnType<typeof soakSchemas>>

export async function soakSchemas() {
  const { lock, schemas } = await planLock({ definitions, signer: signerOf(0x5eed) })
  return bindSchemas(definitions, { note: schemas.get('note')?.id ?? '' }, lock.commits)
}
