import { useStorage } from '../data/use-storage.js'
import { useHub } from '../hub/use-hub.js'
import { useHubWords } from '../hub/use-hub-words.js'
import { useNodeState } from '../node/node-context.js'
import { useOnline } from '../pwa/use-online.js'
import { Link } from '../router/link.js'
import { Icon } from '../ui/icon.js'
import styles from './status-pills.module.css'

/** Where the data lies, and whether it reaches others: always in sight, never in the way. */
export function StatusPills() {
  const open = useNodeState().status === 'open'
  return <div className={styles.pills}>{open ? <OpenPills /> : <OfflinePill />}</div>
}

function OpenPills() {
  const { address } = useHub()
  const { kind } = useStorage()
  if (address === undefined) {
    return (
      <>
        <OfflinePill />
        <StoragePill />
      </>
    )
  }
  return (
    <>
      {kind === 'memory' && <StoragePill />}
      <HubPill />
    </>
  )
}

function OfflinePill() {
  if (useOnline()) return null
  return (
    <span className={styles.pill} role="status">
      <Icon name="offline" size={16} />
      <span className={styles.offline}>Offline</span>
    </span>
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

function HubPill() {
  const { icon, short } = useHubWords()
  return (
    <Link className={`${styles.pill} ${icon === 'warning' ? styles.warn : ''}`} to={{ page: { name: 'device' } }}>
      <Icon name={icon} size={16} />
      <span className="visually-hidden">Hub: </span>
      {short}
    </Link>
  )
}
