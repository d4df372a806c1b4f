import type { Venue } from '../node/festival.js'
import { Link } from '../router/link.js'
import { openSheet } from '../router/navigation.js'
import { StatusPills } from '../shell/status-pills.js'
import { Button } from '../ui/button.js'
import { Icon } from '../ui/icon.js'
import styles from './venue-header.module.css'

interface VenueHeaderProps {
  readonly venue: Venue
  readonly onAddEvent: () => void
  readonly onDelete: () => void
}

/** Characters beyond which a name is set in a smaller size. */
const LONG_NAME = 60

export function VenueHeader({ venue, onAddEvent, onDelete }: VenueHeaderProps) {
  return (
    <header className={styles.header}>
      <div className={styles.inner}>
        <div className={styles.top}>
          <Link className={styles.back} to={{ page: { name: 'venues' } }}>
            <Icon name="back" size={20} />
            All venues
          </Link>
          <StatusPills />
        </div>
        <h1 className={venue.name.length > LONG_NAME ? styles.longName : styles.name}>{venue.name}</h1>
        <p className={styles.capacity}>
          <Icon name="people" size={20} />
          Room for {new Intl.NumberFormat().format(venue.capacity)}
        </p>
        {venue.description !== '' && <p className={styles.description}>{venue.description}</p>}
        <div className={styles.actions}>
          <Button className={styles.addEvent} icon="add" onClick={onAddEvent}>
            Add event here
          </Button>
          <Button icon="edit" onClick={() => openSheet({ name: 'edit-venue', id: venue.$id })}>
            Edit venue
          </Button>
          <Button icon="trash" onClick={onDelete}>
            Delete
          </Button>
        </div>
      </div>
    </header>
  )
}
