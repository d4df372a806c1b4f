import { useStorage } from '../data/use-storage.js'
import { useNodeState } from '../node/node-context.js'
import { useOnline } from '../pwa/use-online.js'
import { Link } from '../router/link.js'
import { Icon } from '../ui/icon.js'
import styles from './status-pills.module.css'

/** Where the data lies, and whether there is a network: always in sight, never in the way. */
export function StatusPills() {
  const online = useOnline()
  const open = useNodeState().status === 'open'
  return (
    <div className={styles.pills}>
      {!online && (
        <span className={styles.pill} role="status">
          <Icon name="offline" size={16} />
          <span className={styles.offline}>Offline</span>
        </span>
      )}
      {open && <StoragePill />}
    </div>
  )
}

function StoragePill() {
  const storage = useStorage()
  const inMemory = storage.kind === 'memory'
  const text = inMemory ? 'Memory only' : storage.persisted === true ? 'Kept on this device' : 'On this device'
  return (
    <Link className={`${styles.pill} ${inMemory ? styles.warn : ''}`} to={{ page: { name: 'device' } }}>
      <Icon name={inMemory ? 'warning' : 'kept'} size={16} />
      {text}
    </Link>
  )
}
