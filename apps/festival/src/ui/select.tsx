import type { SelectHTMLAttributes } from 'react'
import { Icon } from './icon.js'
import styles from './select.module.css'

interface SelectProps extends SelectHTMLAttributes<HTMLSelectElement> {
  /** Class of the box around the control. */
  readonly frame?: string | undefined
}

/** The browser's own list behind an arrow that keeps its distance from the edge. */
export function Select({ frame, className, ...rest }: SelectProps) {
  return (
    <span className={[styles.frame, frame].filter(Boolean).join(' ')}>
      <select {...rest} className={[styles.select, className].filter(Boolean).join(' ')} />
      <span className={styles.arrow}>
        <Icon name="down" size={20} />
      </span>
    </span>
  )
}
