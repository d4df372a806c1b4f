import { defineSchemas, int, relation, str } from '@rakko/client'

/**
 * What the festival stores. `npm run schemas` signs these definitions once and writes `schema.lock` and `schemas.ts`
 * beside this file; both ship with the app.
 *
 * Times are whole seconds since 1970-01-01T00:00:00Z: an instant, the same one on every device. The time zone is the
 * reader's own and is applied when a time is shown or edited, so no daylight saving rule is ever stored.
 */
export const definitions = defineSchemas({
  venue: {
    description: 'A place of the festival where events happen',
    fields: {
      name: str(),
      description: str(),
      /** People. */
      capacity: int(),
      /** Index into `VENUE_COLOURS`; any other value is taken modulo its length. */
      colour: int(),
    },
  },
  event: {
    description: 'Something that happens at a venue, from one instant to a later one',
    fields: {
      title: str(),
      description: str(),
      starts: int(),
      ends: int(),
      venue: relation('venue'),
    },
  },
})
