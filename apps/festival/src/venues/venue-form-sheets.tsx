import { useDocument } from '@rakko/client/react'
import { useState } from 'react'
import { useVenueCount } from '../data/counts.js'
import { useReported } from '../data/use-reported.js'
import { useChanging, useCreating } from '../data/use-saving.js'
import { VENUE_COLOURS, venueColour } from '../data/venue-colour.js'
import type { Venue } from '../node/festival.js'
import { useFestival } from '../node/node-context.js'
import { FormSheet } from '../ui/form-sheet.js'
import { MissingSheet } from '../ui/missing-sheet.js'
import { draftOfVenue, newVenueDraft, type VenueValues } from './venue-draft.js'
import { VenueForm } from './venue-form.js'

export function NewVenueSheet() {
  // Each new venue begins with the next colour.
  const count = useVenueCount()
  return count === undefined ? null : <NewVenue colour={count % VENUE_COLOURS.length} />
}

function NewVenue({ colour }: { readonly colour: number }) {
  const [initial] = useState(() => newVenueDraft(colour))
  const saving = useCreating<VenueValues>(
    ({ venues }, values, options) => venues.create(values, options),
    'Venue saved on this device',
  )
  return (
    <FormSheet title="New venue">
      {(form) => <VenueForm {...form} initial={initial} submit="Add venue" saving={saving} />}
    </FormSheet>
  )
}

export function EditVenueSheet({ id }: { readonly id: string }) {
  const { venues } = useFestival()
  const { row, status } = useReported(useDocument(venues, id))
  if (row !== undefined) return <EditVenue venue={row} />
  return status === 'pending' ? null : <MissingSheet what="venue" />
}

function EditVenue({ venue }: { readonly venue: Venue }) {
  // The form keeps what it began with, whatever is stored meanwhile.
  const [before] = useState({ ...venue, colour: venueColour(venue.colour) })
  const [initial] = useState(() => draftOfVenue(venue))
  const saving = useChanging<VenueValues>(before, ({ venues }, changed) => venues.update(venue.$id, changed))
  return (
    <FormSheet title="Edit venue">
      {(form) => <VenueForm {...form} initial={initial} submit="Save" saving={saving} />}
    </FormSheet>
  )
}
