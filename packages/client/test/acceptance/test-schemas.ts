import { hexToBytes, planLock, portableSigner, type SchemaDefinitions } from '@rakko/core'
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

/** Signed again at each run, with the same key: the same commits, and so the same ids. Once in each process. */
export async function lockSchemas() {
  plan ??= planned(definitions)
  const { idOf, commits } = await plan
  return bindSchemas(definitions, { venue: idOf('venue'), event: idOf('event'), thing: idOf('thing') }, commits)
}

/** Definitions that no other test has. */
export async function lockGuests() {
  const guests = defineSchemas({ guest: { description: 'Who came', fields: { name: str() } } })
  const { idOf, commits } = await planned(guests)
  return bindSchemas(guests, { guest: idOf('guest') }, commits)
}

let plan: ReturnType<typeof planned> | undefined

async function planned(some: SchemaDefinitions) {
  const signer = portableSigner(hexToBytes('5e'.repeat(32)))
  const { schemas, lock } = await planLock({ definitions: some, signer })
  return { idOf: (name: string): string => schemas.get(name)?.id ?? '', commits: lock.commits }
}

export type TestSchemas = Awaited<ReturnType<typeof lockSchemas>>
