import type { ButtonHTMLAttributes } from 'react'
import styles from './button.module.css'
import { Icon, type IconName } from './icon.js'

interface ButtonProps extends ButtonHTMLAttributes<HTMLButtonElement> {
  /** `primary` once in a view at most; `danger` for what cannot be taken back. */
  readonly look?: 'primary' | 'plain' | 'quiet' | 'danger'
  readonly icon?: IconName
}

export function Button({ look = 'plain', icon, type = 'button', className, children, ...rest }: ButtonProps) {
  return (
    <button {...rest} type={type} className={[styles.button, styles[look], className].filter(Boolean).join(' ')}>
      {icon !== undefined && <Icon name={icon} size={20} />}
      {children}
    </button>
  )
}

/** A round button that shows only an icon; its label is for readers and as a tooltip. */
export function IconButton({ label, icon, ...rest }: { label: string; icon: IconName } & ButtonProps) {
  return (
    <button {...rest} type="button" className={styles.round} aria-label={label} title={label}>
      <Icon name={icon} />
    </button>
  )
}
