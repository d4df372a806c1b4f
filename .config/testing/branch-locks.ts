import { readFileSync } from 'node:fs'

/**
 * An app's definitions before two branches change them, and on branches. `locks/` holds what `rakko-schemas` wrote for
 * each with one developer's key while it still counted log ids up from 0: branches have signed different commits for
 * the same logs.
 */
const str = { type: 'str' } as const
const venue = { description: 'A place', fields: { name: str, capacity: { type: 'int' } } } as const
const artist = { description: 'Who plays', fields: { name: str } } as const
const stall = {
  description: 'Where there is food',
  fields: { name: str, venue: { type: 'relation', target: 'venue' } },
} as const

export const BRANCHES = {
  base: { venue },
  /** One branch adds a schema, */
  artist: { venue, artist },
  /** and another branch does. */
  stall: { venue, stall },
  /** One branch adds a field to a schema, */
  city: { venue: { ...venue, fields: { ...venue.fields, city: str } } },
  /** and another branch does. */
  phone: { venue: { ...venue, fields: { ...venue.fields, phone: str } } },
} as const

export type Branch = keyof typeof BRANCHES

/** Of the key that has signed them all: for what a test signs itself. */
export const DEVELOPER_SEED = 'de'.repeat(32)

export function lockText(branch: Branch): string {
  return readFileSync(new URL(`./locks/${branch}.lock`, import.meta.url), 'utf8')
}
