import { useEffect } from 'react'
import { Otter } from '../art/otter.js'
import { errorDetail, messageFor } from '../node/error-message.js'
import { useNodeHandle } from '../node/node-context.js'
import { errorCode } from '../node/node-handle.js'
import { Button } from '../ui/button.js'
import styles from './failure-view.module.css'

/** The node is not open: says why, what is safe, and what can be done. */
export function FailureView({ error }: { readonly error: unknown }) {
  const handle = useNodeHandle()
  const { title, text, remedy } = messageFor(error)
  const inUse = errorCode(error) === 'DATABASE_IN_USE'

  useEffect(() => {
    if (!inUse) return
    // Whoever closed the other tab comes back to this one.
    const tryAgain = () => document.visibilityState === 'visible' && handle.retry()
    document.addEventListener('visibilitychange', tryAgain)
    return () => document.removeEventListener('visibilitychange', tryAgain)
  }, [inUse, handle])

  return (
    <div className={styles.page}>
      <div className={styles.card} role="alert">
        <div className={styles.scene}>
          <div className={styles.moon} />
          <Otter asleep className={styles.otter} />
        </div>
        <div className={styles.words}>
          <h1 className={styles.title}>{title}</h1>
          <p>{text}</p>
          {remedy === 'retry' && (
            <Button look="primary" onClick={() => handle.retry()}>
              Try again
            </Button>
          )}
          {remedy === 'reload' && (
            <Button look="primary" onClick={() => location.reload()}>
              Load again
            </Button>
          )}
          <details className={styles.details}>
            <summary>What exactly happened</summary>
            <code>{errorDetail(error)}</code>
          </details>
        </div>
      </div>
    </div>
  )
}
