import { Icon } from '../ui/icon.js'
import styles from './floating-action.module.css'

/** The page's main action within the thumb's reach; on a desktop it stands at the top of the page instead. */
export function FloatingAction({ label, onClick }: { readonly label: string; readonly onClick: () => void }) {
  return (
    <button type="button" className={styles.action} onClick={onClick}>
      <Icon name="add" size={24} />
      {label}
    </button>
  )
}
