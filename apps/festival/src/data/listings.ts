import type { Festival, FestivalEvent, Venue } from '../node/festival.js'

/** An event with the venue it names; without one where that venue was deleted. */
export interface Listing {
  readonly event: FestivalEvent
  readonly venue: Venue | undefined
}

type EventPage = NonNullable<Parameters<Festival['events']['page']>[0]>
export type EventWhere = NonNullable<EventPage['where']>

/** One page of events and, in one more query, the venues that occur on it. */
export async function loadListings({ events, venues }: Festival, options: EventPage) {
  const page = await events.page(options)
  const ids = [...new Set(page.rows.map((event) => event.venue))]
  const found = ids.length === 0 ? [] : await venues.find({ where: { $id: { in: ids } }, first: ids.length })
  const byId = new Map<string, Venue>(found.map((venue) => [venue.$id, venue]))
  return { ...page, rows: page.rows.map((event): Listing => ({ event, venue: byId.get(event.venue) })) }
}

export async function loadListing({ events, venues }: Festival, id: string): Promise<Listing | undefined> {
  const event = await events.get(id)
  return event === undefined ? undefined : { event, venue: await venues.get(event.venue) }
}
