import { useDocument } from '@rakko/client/react'
import { useState } from 'react'
import { changedFields } from '../data/changed-fields.js'
import { useVenueCount } from '../data/counts.js'
import { useAction } from '../data/use-action.js'
import { useReported } from '../data/use-reported.js'
import { VENUE_COLOURS, venueColour } from '../data/venue-colour.js'
import type { Venue } from '../node/festival.js'
import { useFestival } from '../node/session-context.js'
import { closeSheet } from '../router/navigation.js'
import { FormSheet } from '../ui/form-sheet.js'
import { MissingSheet } from '../ui/missing-sheet.js'
import { useToast } from '../ui/toast.js'
import { draftOfVenue, newVenueDraft, type VenueValues } from './venue-draft.js'
import { VenueForm } from './venue-form.js'

export function NewVenueSheet() {
  // Each new venue begins with the next colour.
  const count = useVenueCount()
  return count === undefined ? null : <NewVenue colour={count % VENUE_COLOURS.length} />
}

function NewVenue({ colour }: { readonly colour: number }) {
  const action = useAction()
  const toast = useToast()
  // Pressing Save again after a lost answer makes no second venue.
  const [idempotencyId] = useState(() => crypto.randomUUID())
  const [initial] = useState(() => newVenueDraft(colour))

  async function create(values: VenueValues) {
    if (!(await action.run(({ venues }) => venues.create(values, { idempotencyId })))) return
    closeSheet()
    toast('Venue saved on this device')
  }

  return (
    <FormSheet title="New venue">
      {(form) => (
        <VenueForm
          {...form}
          initial={initial}
          submit="Add venue"
          action={action}
          onSubmit={(values) => void create(values)}
        />
      )}
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
  const action = useAction()
  const toast = useToast()
  // The form keeps what it began with, whatever is stored meanwhile.
  const [before] = useState(venue)
  const [initial] = useState(() => draftOfVenue(venue))

  async function save(values: VenueValues) {
    const changed = changedFields({ ...before, colour: venueColour(before.colour) }, values)
    if (changed !== undefined && !(await action.run(({ venues }) => venues.update(before.$id, changed)))) return
    closeSheet()
    toast(changed === undefined ? 'Nothing was changed' : 'Change saved on this device')
  }

  return (
    <FormSheet title="Edit venue">
      {(form) => (
        <VenueForm {...form} initial={initial} submit="Save" action={action} onSubmit={(values) => void save(values)} />
      )}
    </FormSheet>
  )
}
