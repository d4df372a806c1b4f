import type { ReactNode } from 'react'
import { shortDay } from '../time/format.js'
import type { Day } from '../time/local-time.js'
import { type Scope, scopeKey } from './scope.js'
import styles from './scope-strip.module.css'

interface ScopeStripProps {
  readonly scope: Scope
  /** Days to choose from; with an empty list any date can be typed. */
  readonly days?: readonly Day[]
  readonly onChange: (scope: Scope) => void
  /** Further filters, at the end. */
  readonly children?: ReactNode
}

export function ScopeStrip({ scope, days, onChange, children }: ScopeStripProps) {
  const choices: { scope: Scope; label: string }[] = [
    { scope: { kind: 'coming' }, label: 'Coming up' },
    ...(days ?? []).map((day) => ({ scope: { kind: 'day', day } as const, label: shortDay(day) })),
    { scope: { kind: 'past' }, label: 'Past' },
  ]
  return (
    <div className={styles.strip}>
      <fieldset className={styles.days}>
        <legend className="visually-hidden">When</legend>
        {choices.map((choice) => (
          <label key={scopeKey(choice.scope)} className={styles.chip}>
            <input
              type="radio"
              name="scope"
              className={styles.input}
              checked={scopeKey(choice.scope) === scopeKey(scope)}
              onChange={() => onChange(choice.scope)}
            />
            <span>{choice.label}</span>
          </label>
        ))}
        {days?.length === 0 && (
          <input
            type="date"
            className={styles.date}
            aria-label="A day"
            value={scope.kind === 'day' ? scope.day : ''}
            onChange={(event) =>
              onChange(event.target.value === '' ? { kind: 'coming' } : { kind: 'day', day: event.target.value })
            }
          />
        )}
      </fieldset>
      {children}
    </div>
  )
}
