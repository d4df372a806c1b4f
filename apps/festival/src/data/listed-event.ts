import type { Festival, FestivalEvent, Venue } from '../node/festival.js'

/** An event with the venue it names; null where that was deleted. */
export type ListedEvent = Omit<FestivalEvent, 'venue'> & { readonly venue: Venue | null }

type EventQuery = NonNullable<Parameters<Festival['events']['page']>[0]>
export type EventWhere = NonNullable<EventQuery['where']>
