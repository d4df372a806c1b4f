import type { Row, Subscription } from '../../src/exports.js'
import type { Collection } from '../../src/remote/collection.js'
import type { TestSchemas } from '../acceptance/test-schemas.js'

export type Venues = Collection<TestSchemas['venue']>
export type VenueRow = Row<TestSchemas['venue']>

/** A collection that counts its live queries: those open now, and those ever opened. */
export function counting(venues: Venues): Venues & { counts: { open: number; opened: number } } {
  const counts = { open: 0, opened: 0 }
  const live = (...args: Parameters<Venues['live']>): Subscription => {
    counts.open += 1
    counts.opened += 1
    const subscription = venues.live(...args)
    return {
      close: () => {
        counts.open -= 1
        subscription.close()
      },
    }
  }
  return { ...venues, live: live as Venues['live'], counts }
}
