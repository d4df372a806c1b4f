import { venueColour } from '../data/venue-colour.js'
import type { Venue } from '../node/festival.js'
import type { CheckedDraft } from '../ui/draft-form.js'

/** A venue while it is typed: text as the fields of a form hold it. */
export interface VenueDraft {
  readonly name: string
  readonly description: string
  readonly capacity: string
  readonly colour: number
}

export interface VenueValues {
  readonly name: string
  readonly description: string
  readonly capacity: number
  readonly colour: number
}

const MAX_CAPACITY = 10_000_000

export function newVenueDraft(colour: number): VenueDraft {
  return { name: '', description: '', capacity: '', colour }
}

export function draftOfVenue(venue: Venue): VenueDraft {
  return {
    name: venue.name,
    description: venue.description,
    capacity: String(venue.capacity),
    colour: venueColour(venue.colour),
  }
}

export function checkVenueDraft(draft: VenueDraft): CheckedDraft<VenueDraft, VenueValues> {
  const name = draft.name.trim()
  const capacity = /^\d+$/.test(draft.capacity.trim()) ? Number(draft.capacity) : Number.NaN
  const errors: { -readonly [Field in keyof VenueDraft]?: string } = {}
  if (name === '') errors.name = 'Give the venue a name.'
  if (Number.isNaN(capacity)) errors.capacity = 'Say how many people fit in, as a whole number.'
  else if (capacity < 1) errors.capacity = 'At least one person should fit in.'
  else if (capacity > MAX_CAPACITY) {
    errors.capacity = `More than ${new Intl.NumberFormat().format(MAX_CAPACITY)} will not fit in.`
  }
  if (Object.keys(errors).length > 0) return { errors }
  return { values: { name, description: draft.description.trim(), capacity, colour: draft.colour } }
}
