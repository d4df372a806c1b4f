import { memo } from 'react'

import type { ListedEvent } from '../data/listed-event.js'
import { venueColour } from '../data/venue-colour.js'
import { Link } from '../router/link.js'
import { useRoute } from '../router/navigation.js'
import { clockTime, duration } from '../time/format.js'
import { useNow } from '../time/use-now.js'
import styles from './event-row.module.css'

interface EventRowProps {
  readonly event: ListedEvent
  /** Off where every row is at the same venue. */
  readonly showVenue: boolean
}

const MINUTE = 60

/** Drawn again for its own event alone: while thousands arrive, most rows of a list stay as they are. */
export const EventRow = memo(function EventRow({ event, showVenue }: EventRowProps) {
  const { venue } = event
  const { page } = useRoute()
  const now = useNow(MINUTE)
  const starts = Number(event.starts)
  const ends = Number(event.ends)
  const phase = now >= ends ? 'over' : now >= starts ? 'on' : 'coming'
  return (
    <li className={styles.item}>
      <Link
        className={styles.row}
        data-colour={venue ? venueColour(venue.colour) : undefined}
        data-phase={phase}
        to={{ page, sheet: { name: 'event', id: event.$id } }}
      >
        <span className={styles.time}>
          <time dateTime={isoTime(starts)}>{clockTime(starts)}</time>
          <span className={styles.ends}>
            <span className="visually-hidden"> to </span>
            {clockTime(ends)}
          </span>
        </span>
        <span className={styles.words}>
          <span className={styles.title}>{event.title}</span>
          <span className={styles.place}>
            {showVenue && <span className={styles.venue}>{venue?.name ?? 'Venue was deleted'}</span>}
            <span className={styles.length}>{duration(ends - starts)}</span>
          </span>
        </span>
        {event.description !== '' && (
          <span className={styles.about} aria-hidden="true">
            {event.description}
          </span>
        )}
        {phase === 'on' && <span className={styles.badge}>On now</span>}
      </Link>
    </li>
  )
})

function isoTime(seconds: number): string | undefined {
  const date = new Date(seconds * 1000)
  return Number.isNaN(date.getTime()) ? undefined : date.toISOString()
}
