import styles from './waves.module.css'

/** Three swells that drift past each other without a seam. Decoration: hidden from readers. */
export function Waves() {
  return (
    <div className={styles.waves} aria-hidden="true">
      <div className={styles.far} />
      <div className={styles.middle} />
      <div className={styles.near} />
    </div>
  )
}
