/**
 * What the shorter examples of READMEs and pages take as given: the definitions, at first and as they were changed, and
 * the values at hand, declared as globals.
 */
export const FIRST_DEFINITIONS = definitions('capacity: int()')
export const DEFINITIONS = definitions('seats: int()')

function definitions(venueSize: string): string {
  return `import { defineSchemas, int, relation, relationList, str } from '@rakko/client'

export const definitions = defineSchemas({
  venue: { description: 'A place', fields: { name: str(), ${venueSize} } },
  label: { description: 'Who publishes', fields: { name: str() } },
  artist: { description: 'Who plays', fields: { name: str(), label: relation('label') } },
  event: {
    description: 'What happens there',
    fields: { title: str(), notes: str(), starts: int(), venue: relation('venue'), artists: relationList('artist') },
    search: ['title', 'notes'],
  },
})
`
}

export const SURROUNDINGS = `import type { Collection, DocumentId, RakkoNode } from '@rakko/client'
import type { SchemaId, Verifier } from '@rakko/core'
import type { LockCommit } from '@rakko/node/rpc'
import type { Driver } from '@rakko/store'
import type { Root } from 'react-dom/client'
import { schemas as generated } from './schemas.js'

declare global {
  const schemas: typeof generated
  const node: RakkoNode
  const venues: Collection<typeof generated.venue>
  const events: Collection<typeof generated.event>
  const id: DocumentId
  const now: number
  const typed: string
  const root: Root
  const schemaId: SchemaId
  const lock: readonly LockCommit[]
  const driver: Driver
  const verifier: Verifier
  const random: (bytes: number) => Uint8Array
  const entry: Uint8Array
  const operation: Uint8Array
}
`
