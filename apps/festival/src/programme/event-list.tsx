import { useLive } from '@rakko/client/react'
import type { EventWhere, ListedEvent } from '../data/listed-event.js'
import { useListLength } from '../data/use-list-length.js'
import { useReported } from '../data/use-reported.js'
import { messageFor } from '../node/error-message.js'
import { useFestival } from '../node/node-context.js'
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
  const { events } = useFestival()
  const { first, showMore } = useListLength(listKey)
  const orderBy = newestFirst ? ({ starts: 'desc' } as const) : 'starts'
  const { rows, status, hasNextPage, error } = useReported(
    useLive(events, { where, orderBy, first, include: { venue: true } }),
  )
  if (error !== undefined) {
    const { title, text } = messageFor(error)
    return (
      <Notice tone="danger" title={title}>
        {text}
      </Notice>
    )
  }
  if (rows.length === 0 && status === 'pending')
    return <div className={styles.waiting} role="status" aria-label="Loading" />
  if (rows.length === 0) return <p className={styles.empty}>{empty}</p>
  return (
    <div className={styles.list} aria-busy={status === 'pending'}>
      {byDay(rows, currentTimeZone()).map(({ day, events }) => (
        <section key={events[0]?.$id} className={styles.day}>
          <DayHeading day={day} />
          <ol className={styles.rows}>
            {events.map((event) => (
              <EventRow key={event.$id} event={event} showVenue={showVenue} />
            ))}
          </ol>
        </section>
      ))}
      {hasNextPage && <MoreButton onMore={showMore}>Show more events</MoreButton>}
    </div>
  )
}

interface DayOfEvents {
  readonly day: Day | undefined
  readonly events: ListedEvent[]
}

function byDay(rows: readonly ListedEvent[], timeZone: string): readonly DayOfEvents[] {
  const days: DayOfEvents[] = []
  for (const event of rows) {
    const day = dayOf(Number(event.starts), timeZone)
    const current = days.at(-1)
    if (current !== undefined && current.day === day) current.events.push(event)
    else days.push({ day, events: [event] })
  }
  return days
}
