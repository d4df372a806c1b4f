import { type ReactNode, useId } from 'react'
import { Icon, type IconName } from '../ui/icon.js'
import styles from './card.module.css'

interface CardProps {
  readonly icon: IconName
  readonly title: string
  readonly children: ReactNode
}

export function Card({ icon, title, children }: CardProps) {
  const id = useId()
  return (
    <section className={styles.card} aria-labelledby={id}>
      <h2 id={id} className={styles.title}>
        <span className={styles.icon}>
          <Icon name={icon} />
        </span>
        {title}
      </h2>
      {children}
    </section>
  )
}

/** A name and what it stands for. */
export function Fact({ name, children }: { readonly name: string; readonly children: ReactNode }) {
  return (
    <div className={styles.fact}>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  )
}
