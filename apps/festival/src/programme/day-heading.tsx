import { dayParts } from '../time/format.js'
import type { Day } from '../time/local-time.js'
import styles from './day-heading.module.css'

export function DayHeading({ day }: { readonly day: Day | undefined }) {
  if (day === undefined) return <h2 className={styles.heading}>Beyond the calendar</h2>
  const { weekday, date, month } = dayParts(day)
  return (
    <h2 className={styles.heading}>
      <span className={styles.weekday}>{weekday}</span> <span className={styles.date}>{date}</span>{' '}
      <span className={styles.month}>{month}</span>
    </h2>
  )
}
