import { useDocument } from '@rakko/client/react'
import { useState } from 'react'
import { useReported } from '../data/use-reported.js'
import { venueColour } from '../data/venue-colour.js'
import type { Venue } from '../node/festival.js'
import { useFestival } from '../node/node-context.js'
import { EventList } from '../programme/event-list.js'
import { type Scope, scopeKey, whereOf } from '../programme/scope.js'
import { ScopeStrip } from '../programme/scope-strip.js'
import { openSheet } from '../router/navigation.js'
import { Content } from '../shell/content.js'
import { FloatingAction } from '../shell/floating-action.js'
import { currentTimeZone } from '../time/local-time.js'
import { useNow } from '../time/use-now.js'
import { EmptyState } from '../ui/empty-state.js'
import { DeleteVenue } from './delete-venue.js'
import { VenueHeader } from './venue-header.js'

export function VenuePage({ id }: { readonly id: string }) {
  const { venues } = useFestival()
  const { row, status } = useReported(useDocument(venues, id))
  if (row !== undefined) return <VenueView venue={row} />
  if (status === 'pending') return null
  return (
    <Content>
      <EmptyState title="No such venue">It is not on this device. It may have been deleted.</EmptyState>
    </Content>
  )
}

const HOUR = 3600

function VenueView({ venue }: { readonly venue: Venue }) {
  const [deleting, setDeleting] = useState(false)
  const [scope, setScope] = useState<Scope>({ kind: 'coming' })
  const timeZone = currentTimeZone()
  const now = useNow(HOUR)
  const addEvent = () => openSheet({ name: 'new-event', venue: venue.$id })
  return (
    <div data-colour={venueColour(venue.colour)}>
      <VenueHeader venue={venue} onAddEvent={addEvent} onDelete={() => setDeleting(true)} />
      <Content>
        <ScopeStrip scope={scope} onChange={setScope} />
        <EventList
          listKey={`${venue.$id} ${scopeKey(scope)} ${now} ${timeZone}`}
          where={{ ...whereOf(scope, now, timeZone), venue: { eq: venue.$id } }}
          showVenue={false}
          newestFirst={scope.kind === 'past'}
          empty={scope.kind === 'past' ? 'Nothing has happened here so far.' : 'Nothing is coming up here.'}
        />
      </Content>
      <FloatingAction label="Add event here" onClick={addEvent} />
      {deleting && <DeleteVenue venue={venue} onCancel={() => setDeleting(false)} />}
    </div>
  )
}
