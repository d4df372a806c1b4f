import { EditEventSheet, NewEventSheet } from '../programme/event-form-sheets.js'
import { EventSheet } from '../programme/event-sheet.js'
import type { Sheet } from '../router/route.js'
import { EditVenueSheet, NewVenueSheet } from '../venues/venue-form-sheets.js'

export function SheetSwitch({ sheet }: { readonly sheet: Sheet }) {
  switch (sheet.name) {
    case 'event':
      return <EventSheet key={sheet.id} id={sheet.id} />
    case 'edit-event':
      return <EditEventSheet key={sheet.id} id={sheet.id} />
    case 'new-event':
      return <NewEventSheet venue={sheet.venue} />
    case 'edit-venue':
      return <EditVenueSheet key={sheet.id} id={sheet.id} />
    case 'new-venue':
      return <NewVenueSheet />
  }
}
