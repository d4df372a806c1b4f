import { hexToBytes, planLock, portableSigner } from '@rakko/core'
import {
  bigint,
  bindSchemas,
  bool,
  bytes,
  defineSchemas,
  float,
  int,
  pinnedRelation,
  pinnedRelationList,
  relation,
  relationList,
  str,
} from '../../src/exports.js'

/** The longest name that a field can have. */
export const LONG_NAME = 'nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn'

export const definitions = defineSchemas({
  venue: { description: 'A place', fields: { name: str(), capacity: int() } },
  event: {
    description: 'What happens there',
    fields: { title: str(), starts: int(), venue: relation('venue') },
    search: ['title'],
  },
  thing: {
    description: 'Every type of field',
    fields: {
      flag: bool(),
      count: int(),
      exact: bigint(),
      ratio: float(),
      [LONG_NAME]: str(),
      data: bytes(),
      place: relation('venue'),
      places: relationList('venue'),
      version: pinnedRelation('venue'),
      versions: pinnedRelationList('venue'),
    },
  },
})

/** Signed anew at each run, with the same key: the same commits, and so the same ids. */
export async function lockSchemas() {
  const signer = portableSigner(hexToBytes('5e'.repeat(32)))
  const { schemas, lock } = await planLock({ definitions, signer })
  const idOf = (name: string): string => schemas.get(name)?.id ?? ''
  const ids = { venue: idOf('venue'), event: idOf('event'), thing: idOf('thing') }
  return bindSchemas(definitions, ids, lock.commits)
}

export type TestSchemas = Awaited<ReturnType<typeof lockSchemas>>
