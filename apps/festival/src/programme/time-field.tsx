import { zoneName } from '../time/format.js'
import { instantsOf } from '../time/local-time.js'
import { Field } from '../ui/field.js'
import type { TimeDraft } from './event-draft.js'
import styles from './time-field.module.css'

interface TimeFieldProps {
  readonly label: string
  readonly value: TimeDraft
  readonly timeZone: string
  readonly error?: string | undefined
  readonly hint?: string
  readonly onChange: (value: TimeDraft) => void
}

/** A wall time. On the night when the clocks go back it asks which of the two is meant. */
export function TimeField({ label, value, timeZone, error, hint, onChange }: TimeFieldProps) {
  const instants = instantsOf(value.wallTime, timeZone)
  return (
    <div>
      <Field label={label} error={error} hint={hint}>
        {(control) => (
          <input
            {...control}
            type="datetime-local"
            max="9999-12-31T23:59"
            value={value.wallTime}
            onChange={(event) => onChange({ ...value, wallTime: event.target.value, second: false })}
          />
        )}
      </Field>
      {instants.length === 2 && (
        <fieldset className={styles.fold}>
          <legend>The clocks show this time twice that night. Which one?</legend>
          {instants.map((instant, index) => (
            <label key={instant} className={styles.choice}>
              <input
                type="radio"
                name={`${label} fold`}
                checked={value.second === (index === 1)}
                onChange={() => onChange({ ...value, second: index === 1 })}
              />
              {index === 0 ? 'The first' : 'The second'}, {zoneName(instant, timeZone)}
            </label>
          ))}
        </fieldset>
      )}
    </div>
  )
}
