import { VENUE_COLOURS } from '../data/venue-colour.js'
import { Icon } from '../ui/icon.js'
import styles from './colour-field.module.css'

export function ColourField({
  value,
  onChange,
}: {
  readonly value: number
  readonly onChange: (value: number) => void
}) {
  return (
    <fieldset className={styles.field}>
      <legend className={styles.legend}>Colour in the programme</legend>
      <div className={styles.swatches}>
        {VENUE_COLOURS.map((name, colour) => (
          <label key={name} className={styles.choice} data-colour={colour} title={name}>
            <input
              type="radio"
              name="colour"
              className={styles.input}
              aria-label={name}
              checked={colour === value}
              onChange={() => onChange(colour)}
            />
            <span className={styles.swatch}>{colour === value && <Icon name="check" />}</span>
          </label>
        ))}
      </div>
    </fieldset>
  )
}
