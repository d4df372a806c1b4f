import { useDocument } from '@rakko/client/react'
import { useState } from 'react'
import { useAllVenues } from '../data/all-venues.js'
import { useReported } from '../data/use-reported.js'
import { useChanging, useCreating } from '../data/use-saving.js'
import type { FestivalEvent } from '../node/festival.js'
import { useFestival } from '../node/node-context.js'
import { closeSheet, replaceSheet } from '../router/navigation.js'
import { currentTimeZone } from '../time/local-time.js'
import { Button } from '../ui/button.js'
import { FormSheet } from '../ui/form-sheet.js'
import { MissingSheet } from '../ui/missing-sheet.js'
import { Sheet, SheetActions, SheetBody } from '../ui/sheet.js'
import { draftOfEvent, type EventValues, newEventDraft } from './event-draft.js'
import { EventForm } from './event-form.js'

/** `venue`: the one to begin with, if any. */
export function NewEventSheet({ venue }: { readonly venue: string | undefined }) {
  const venues = useAllVenues()
  if (venues === undefined) return null
  if (venues.length === 0) return <NeedsVenueSheet />
  return <NewEvent venue={venue ?? (venues.length === 1 ? (venues[0]?.$id ?? '') : '')} />
}

function NewEvent({ venue }: { readonly venue: string }) {
  const [initial] = useState(() => newEventDraft(Date.now() / 1000, venue, currentTimeZone()))
  const saving = useCreating<EventValues>(
    ({ events }, values, options) => events.create(values, options),
    'Event saved on this device',
  )
  return (
    <FormSheet title="New event">
      {(form) => <EventForm {...form} initial={initial} submit="Add event" saving={saving} />}
    </FormSheet>
  )
}

export function EditEventSheet({ id }: { readonly id: string }) {
  // It goes on changing, but the form keeps what it began with.
  const { events } = useFestival()
  const { row, status } = useReported(useDocument(events, id))
  if (row !== undefined) return <EditEvent event={row} />
  return status === 'pending' ? null : <MissingSheet what="event" />
}

function EditEvent({ event }: { readonly event: FestivalEvent }) {
  const [before] = useState(event)
  const [initial] = useState(() => draftOfEvent(event, currentTimeZone()))
  const saving = useChanging<EventValues>(before, ({ events }, changed) => events.update(event.$id, changed))
  return (
    <FormSheet title="Edit event">
      {(form) => <EventForm {...form} initial={initial} submit="Save" saving={saving} />}
    </FormSheet>
  )
}

function NeedsVenueSheet() {
  return (
    <Sheet title="First, a venue" onClose={closeSheet}>
      <SheetBody>
        <p>An event happens somewhere. Add a venue, then come back for the event.</p>
      </SheetBody>
      <SheetActions>
        <Button onClick={closeSheet}>Cancel</Button>
        <Button look="primary" icon="add" onClick={() => replaceSheet({ name: 'new-venue' })}>
          Add a venue
        </Button>
      </SheetActions>
    </Sheet>
  )
}
