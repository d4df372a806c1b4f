import styles from './brand.module.css'

export function Brand() {
  return (
    <span className={styles.brand}>
      <img src="/icons/icon.svg" width="40" height="40" alt="" />
      <span className={styles.name}>Raft</span>
    </span>
  )
}
