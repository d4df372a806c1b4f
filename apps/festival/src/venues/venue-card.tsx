import { useLive } from '@rakko/client/react'
import { useReported } from '../data/use-reported.js'
import { venueColour } from '../data/venue-colour.js'
import type { Venue } from '../node/festival.js'
import { useFestival } from '../node/node-context.js'
import { Link } from '../router/link.js'
import { clockTime, shortDay } from '../time/format.js'
import { currentTimeZone, dayOf } from '../time/local-time.js'
import { useNow } from '../time/use-now.js'
import { Icon } from '../ui/icon.js'
import styles from './venue-card.module.css'

const MINUTE = 60

export function VenueCard({ venue }: { readonly venue: Venue }) {
  const now = useNow(MINUTE)
  const { events } = useFestival()
  const where = { venue: { eq: venue.$id }, ends: { gt: now } }
  const { rows, status } = useReported(useLive(events, { where, orderBy: 'starts', first: 1 }))
  const [event] = rows
  return (
    <li>
      <Link
        className={styles.card}
        data-colour={venueColour(venue.colour)}
        to={{ page: { name: 'venue', id: venue.$id } }}
      >
        <span className={styles.name}>{venue.name}</span>
        <span className={styles.capacity}>
          <Icon name="people" size={18} />
          <span className="visually-hidden">Room for </span>
          {new Intl.NumberFormat().format(venue.capacity)}
        </span>
        <span className={styles.next}>
          {event !== undefined && (
            <>
              <span className={styles.when}>{whenLabel(Number(event.starts), now)}</span>
              <span className={styles.title}>{event.title}</span>
            </>
          )}
          {event === undefined && status === 'live' && <span className={styles.when}>Nothing coming up</span>}
        </span>
      </Link>
    </li>
  )
}

function whenLabel(starts: number, now: number): string {
  if (starts <= now) return 'On now'
  const timeZone = currentTimeZone()
  const day = dayOf(starts, timeZone)
  const today = dayOf(now, timeZone)
  return day === undefined || day === today ? clockTime(starts) : `${shortDay(day)}, ${clockTime(starts)}`
}
