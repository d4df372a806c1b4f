import { Fact } from './card.js'
import styles from './usage.module.css'

interface UsageProps {
  /** Bytes. */
  readonly used: number
  /** Bytes, where the browser tells. */
  readonly quota: number | undefined
}

export function Usage({ used, quota }: UsageProps) {
  return (
    <Fact name="Space used, the app itself included">
      {quota === undefined ? size(used) : `${size(used)} of ${size(quota)} that the browser allows`}
      {quota !== undefined && quota > 0 && (
        <>
          <meter className="visually-hidden" min={0} max={quota} value={used} aria-label="Space used" />
          <span className={styles.bar} aria-hidden="true">
            <span className={styles.used} style={{ width: `${Math.min(100, (100 * used) / quota)}%` }} />
          </span>
        </>
      )}
    </Fact>
  )
}

const UNITS = ['byte', 'kilobyte', 'megabyte', 'gigabyte', 'terabyte'] as const

function size(bytes: number): string {
  const power = Math.min(UNITS.length - 1, Math.floor(Math.log10(Math.max(1, bytes)) / 3))
  const format = new Intl.NumberFormat(undefined, {
    style: 'unit',
    unit: UNITS[power] ?? 'byte',
    unitDisplay: 'short',
    maximumFractionDigits: power === 0 ? 0 : 1,
  })
  return format.format(bytes / 1000 ** power)
}
