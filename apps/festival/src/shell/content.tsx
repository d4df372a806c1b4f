import type { ReactNode } from 'react'
import styles from './content.module.css'

export function Content({ children }: { readonly children: ReactNode }) {
  return <div className={styles.content}>{children}</div>
}
