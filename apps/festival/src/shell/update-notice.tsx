import { useState } from 'react'
import { applyUpdate, useServiceWorker } from '../pwa/service-worker.js'
import { Button } from '../ui/button.js'
import styles from './update-notice.module.css'

/** A new version waits. It takes over when asked, never under someone's hands. */
export function UpdateNotice() {
  const { updateReady } = useServiceWorker()
  const [later, setLater] = useState(false)
  if (!updateReady || later) return null
  return (
    <aside className={styles.notice} role="status">
      <p>A new version is ready.</p>
      <div className={styles.actions}>
        <Button look="quiet" onClick={() => setLater(true)}>
          Later
        </Button>
        <Button look="primary" onClick={applyUpdate}>
          Update now
        </Button>
      </div>
    </aside>
  )
}
