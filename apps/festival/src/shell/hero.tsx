import type { ReactNode } from 'react'
import { Otter } from '../art/otter.js'
import { Waves } from '../art/waves.js'
import { Brand } from './brand.js'
import styles from './hero.module.css'
import { StatusPills } from './status-pills.js'

interface HeroProps {
  readonly title: string
  readonly lead?: ReactNode
  readonly actions?: ReactNode
}

/** The band of sky and water over every page. Its height never depends on what is loaded. */
export function Hero({ title, lead, actions }: HeroProps) {
  return (
    <header className={styles.hero}>
      <div className={styles.sun} aria-hidden="true" />
      <Otter className={styles.otter} />
      <Waves />
      <div className={styles.inner}>
        <div className={styles.top}>
          <span className={styles.brand}>
            <Brand />
          </span>
          <StatusPills />
        </div>
        <div className={styles.words}>
          <h1 className={styles.title}>{title}</h1>
          <p className={styles.lead}>{lead}</p>
          {actions !== undefined && <div className={styles.actions}>{actions}</div>}
        </div>
      </div>
    </header>
  )
}
