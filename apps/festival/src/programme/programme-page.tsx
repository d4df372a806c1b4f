import { useState } from 'react'
import { type Overview, useOverview } from '../data/overview.js'
import { openSheet } from '../router/navigation.js'
import { Content } from '../shell/content.js'
import { FloatingAction } from '../shell/floating-action.js'
import { Hero } from '../shell/hero.js'
import { MemoryNotice } from '../shell/memory-notice.js'
import { dayRange } from '../time/format.js'
import { currentTimeZone, dayOf, daysBetween } from '../time/local-time.js'
import { useNow } from '../time/use-now.js'
import { Button } from '../ui/button.js'
import { EmptyProgramme } from './empty-programme.js'
import { EventList } from './event-list.js'
import { type Scope, scopeKey, whereOf } from './scope.js'
import { ScopeStrip } from './scope-strip.js'
import { VenueFilter } from './venue-filter.js'

const MAX_DAYS_IN_STRIP = 21
const HOUR = 3600

export function ProgrammePage() {
  const overview = useOverview()
  const [scope, setScope] = useState<Scope>({ kind: 'coming' })
  const [venue, setVenue] = useState('')
  const timeZone = currentTimeZone()
  // By the hour, so that a list someone reads is not drawn again under their eyes each minute.
  const now = useNow(HOUR)

  const first = overview?.firstStart === undefined ? undefined : dayOf(overview.firstStart, timeZone)
  const last = overview?.lastStart === undefined ? undefined : dayOf(overview.lastStart, timeZone)
  const days = first === undefined || last === undefined ? [] : daysBetween(first, last, MAX_DAYS_IN_STRIP)
  const where = { ...whereOf(scope, now, timeZone), ...(venue === '' ? {} : { venue: { eq: venue } }) }

  return (
    <>
      <Hero
        title="Programme"
        lead={overview && leadOf(overview, first && last ? dayRange(first, last) : undefined)}
        actions={
          // Without a venue the empty page says what comes first.
          overview !== undefined &&
          overview.venueCount > 0 && (
            <Button look="primary" icon="add" onClick={() => openSheet({ name: 'new-event' })}>
              Add event
            </Button>
          )
        }
      />
      <Content>
        <MemoryNotice />
        {overview?.eventCount === 0 && <EmptyProgramme hasVenues={overview.venueCount > 0} />}
        {overview !== undefined && overview.eventCount > 0 && (
          <>
            <ScopeStrip scope={scope} days={days} onChange={setScope}>
              <VenueFilter value={venue} onChange={setVenue} />
            </ScopeStrip>
            <EventList
              listKey={`${scopeKey(scope)} ${venue} ${now} ${timeZone}`}
              where={where}
              newestFirst={scope.kind === 'past'}
              empty={emptyText(scope)}
            />
          </>
        )}
      </Content>
      {overview !== undefined && overview.eventCount > 0 && (
        <FloatingAction label="Add event" onClick={() => openSheet({ name: 'new-event' })} />
      )}
    </>
  )
}

function leadOf({ eventCount, venueCount }: Overview, dates: string | undefined): string {
  if (eventCount === 0) return 'Nothing planned so far'
  const count = new Intl.NumberFormat()
  // Non-breaking spaces keep a number beside what it counts.
  const events = eventCount === 1 ? '1\u00a0event' : `${count.format(eventCount)}\u00a0events`
  const venues = venueCount === 1 ? '1\u00a0venue' : `${count.format(venueCount)}\u00a0venues`
  return `${dates === undefined ? '' : `${dates.replaceAll(' ', '\u00a0')}, `}${events} at ${venues}`
}

function emptyText(scope: Scope): string {
  switch (scope.kind) {
    case 'coming':
      return 'Nothing is coming up here.'
    case 'past':
      return 'Nothing has happened here so far.'
    case 'day':
      return 'Nothing starts here on this day.'
  }
}
