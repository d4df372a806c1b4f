import { Hero } from './hero.js'
import styles from './opening-view.module.css'

/** The shape of what will be there, in its place. */
export function OpeningView() {
  return (
    <>
      <Hero title="Raft" lead="Opening what is stored on this device" />
      <div className={styles.opening} role="status" aria-label="Opening">
        {[0, 1, 2, 3].map((row) => (
          <div key={row} className={styles.row} />
        ))}
      </div>
    </>
  )
}
