import type { ReactNode } from 'react'
import { Icon, type IconName } from './icon.js'
import styles from './notice.module.css'

interface NoticeProps {
  readonly tone: 'warn' | 'danger' | 'plain'
  readonly icon?: IconName
  readonly title: string
  readonly children?: ReactNode
  /** Buttons. */
  readonly actions?: ReactNode
}

/** A box that says something important. One that follows an action is read out at once. */
export function Notice({ tone, icon = 'warning', title, children, actions }: NoticeProps) {
  return (
    <div className={`${styles.notice} ${styles[tone]}`} role={tone === 'danger' ? 'alert' : undefined}>
      <Icon name={icon} />
      <div className={styles.words}>
        <p className={styles.title}>{title}</p>
        {children !== undefined && <div className={styles.text}>{children}</div>}
      </div>
      {actions !== undefined && <div className={styles.actions}>{actions}</div>}
    </div>
  )
}
