import { Link } from '../router/link.js'
import type { Page } from '../router/route.js'
import { Icon, type IconName } from '../ui/icon.js'
import { Brand } from './brand.js'
import styles from './navigation.module.css'

const PLACES: readonly { readonly page: Page; readonly label: string; readonly icon: IconName }[] = [
  { page: { name: 'programme' }, label: 'Programme', icon: 'programme' },
  { page: { name: 'venues' }, label: 'Venues', icon: 'venues' },
  { page: { name: 'device' }, label: 'This device', icon: 'device' },
]

/** A tab bar in the thumb's reach on a phone, a rail at the side on a desktop: the same list. */
export function Navigation({ page }: { readonly page: Page }) {
  const here = page.name === 'venue' ? 'venues' : page.name
  return (
    <nav className={styles.nav} aria-label="Main">
      <div className={styles.brand}>
        <Brand />
      </div>
      <ul className={styles.list}>
        {PLACES.map(({ page: place, label, icon }) => (
          <li key={place.name}>
            <Link className={styles.link} to={{ page: place }} aria-current={place.name === here ? 'page' : undefined}>
              <Icon name={icon} size={24} />
              {label}
            </Link>
          </li>
        ))}
      </ul>
      <p className={styles.colophon}>
        Every change is signed and stored right here, in PostgreSQL inside this browser. No account, and no server
        needed.
      </p>
    </nav>
  )
}
