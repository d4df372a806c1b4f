import { useAllVenues } from '../data/all-venues.js'
import { Select } from '../ui/select.js'
import styles from './venue-filter.module.css'

interface VenueFilterProps {
  /** A venue's id, or nothing for all. */
  readonly value: string
  readonly onChange: (id: string) => void
}

export function VenueFilter({ value, onChange }: VenueFilterProps) {
  const venues = useAllVenues() ?? []
  if (venues.length < 2) return null
  return (
    <Select
      frame={styles.frame}
      className={styles.select}
      aria-label="Venue"
      value={venues.some((venue) => venue.$id === value) ? value : ''}
      onChange={(event) => onChange(event.target.value)}
    >
      <option value="">All venues</option>
      {venues.map((venue) => (
        <option key={venue.$id} value={venue.$id}>
          {venue.name}
        </option>
      ))}
    </Select>
  )
}
