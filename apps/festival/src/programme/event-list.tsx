import { type EventWhere, type Listing, loadListings } from '../data/listings.js'
import { usePages } from '../data/use-pages.js'
import { messageFor } from '../node/error-message.js'
import { currentTimeZone, type Day, dayOf } from '../time/local-time.js'
import { MoreButton } from '../ui/more-button.js'
import { Notice } from '../ui/notice.js'
import { DayHeading } from './day-heading.js'
import styles from './event-list.module.css'
import { EventRow } from './event-row.js'

interface EventListProps {
  /** Names what `where` asks for: another key starts the list over. */
  readonly listKey: string
  readonly where: EventWhere
  readonly newestFirst?: boolean
  /** Off where every event is at the same venue. */
  readonly showVenue?: boolean
  /** Said in place of an empty list. */
  readonly empty: string
}

/** Events by time, under the day on which they start. */
export function EventList({ listKey, where, newestFirst = false, showVenue = true, empty }: EventListProps) {
  const { rows, stale, hasNextPage, loadMore, error } = usePages(listKey, (festival, page) =>
    loadListings(festival, { where, orderBy: newestFirst ? { starts: 'desc' } : 'starts', ...page }),
  )
  if (error !== undefined) {
    const { title, text } = messageFor(error)
    return (
      <Notice tone="danger" title={title}>
        {text}
      </Notice>
    )
  }
  if (rows === undefined) return <div className={styles.waiting} role="status" aria-label="Loading" />
  if (rows.length === 0) return <p className={styles.empty}>{empty}</p>
  return (
    <div className={styles.list} aria-busy={stale}>
      {byDay(rows, currentTimeZone()).map(({ day, listings }) => (
        <section key={listings[0]?.event.$id} className={styles.day}>
          <DayHeading day={day} />
          <ol className={styles.rows}>
            {listings.map(({ event, venue }) => (
              <EventRow key={event.$id} event={event} venue={venue} showVenue={showVenue} />
            ))}
          </ol>
        </section>
      ))}
      {hasNextPage && <MoreButton onMore={loadMore}>Show more events</MoreButton>}
    </div>
  )
}

interface DayOfListings {
  readonly day: Day | undefined
  readonly listings: Listing[]
}

function byDay(rows: readonly Listing[], timeZone: string): readonly DayOfListings[] {
  const days: DayOfListings[] = []
  for (const listing of rows) {
    const day = dayOf(Number(listing.event.starts), timeZone)
    const current = days.at(-1)
    if (current !== undefined && current.day === day) current.listings.push(listing)
    else days.push({ day, listings: [listing] })
  }
  return days
}
