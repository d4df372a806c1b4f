import { type SyntheticEvent, useRef, useState } from 'react'
import { useAllVenues } from '../data/all-venues.js'
import type { Action } from '../data/use-action.js'
import { currentTimeZone } from '../time/local-time.js'
import { Button } from '../ui/button.js'
import { Field } from '../ui/field.js'
import { focusFirstError } from '../ui/focus-first-error.js'
import { Notice } from '../ui/notice.js'
import { Select } from '../ui/select.js'
import { SheetActions, SheetBody } from '../ui/sheet.js'
import { checkEventDraft, type DraftErrors, type EventDraft, type EventValues, withStart } from './event-draft.js'
import styles from './event-form.module.css'
import { TimeField } from './time-field.js'

interface EventFormProps {
  readonly initial: EventDraft
  readonly submit: string
  readonly action: Action
  readonly onSubmit: (values: EventValues) => void
  readonly onDirty: () => void
  readonly onCancel: () => void
}

export function EventForm({ initial, submit, action, onSubmit, onDirty, onCancel }: EventFormProps) {
  const [draft, setDraft] = useState(initial)
  const [errors, setErrors] = useState<DraftErrors<EventDraft>>({})
  const form = useRef<HTMLFormElement>(null)
  const venues = useAllVenues()
  const timeZone = currentTimeZone()
  const known = venues?.some((venue) => venue.$id === draft.venue) ?? true

  function change(next: EventDraft) {
    onDirty()
    setDraft(next)
    // Once something was refused, each word is checked as it is typed; before that nobody is interrupted.
    if (Object.keys(errors).length > 0) setErrors(errorsOf(next))
  }

  function errorsOf(next: EventDraft): DraftErrors<EventDraft> {
    const checked = checkEventDraft(next, timeZone)
    return 'errors' in checked ? checked.errors : {}
  }

  function save(event: SyntheticEvent) {
    event.preventDefault()
    const checked = checkEventDraft(known ? draft : { ...draft, venue: '' }, timeZone)
    if ('values' in checked) {
      setErrors({})
      onSubmit(checked.values)
    } else {
      setErrors(checked.errors)
      focusFirstError(form.current)
    }
  }

  return (
    <form ref={form} noValidate onSubmit={save}>
      <SheetBody>
        <Field label="Title" error={errors.title}>
          {(control) => (
            <input
              {...control}
              data-autofocus
              autoComplete="off"
              value={draft.title}
              onChange={(event) => change({ ...draft, title: event.target.value })}
            />
          )}
        </Field>
        <Field label="Venue" error={errors.venue}>
          {(control) => (
            <Select
              {...control}
              value={known ? draft.venue : ''}
              onChange={(event) => change({ ...draft, venue: event.target.value })}
            >
              <option value="" disabled>
                {known ? 'Choose a venue' : 'Its venue was deleted: choose another'}
              </option>
              {venues?.map((venue) => (
                <option key={venue.$id} value={venue.$id}>
                  {venue.name}
                </option>
              ))}
            </Select>
          )}
        </Field>
        <div className={styles.times}>
          <TimeField
            label="Starts"
            value={draft.starts}
            timeZone={timeZone}
            error={errors.starts}
            onChange={(starts) => change(withStart(draft, starts, timeZone))}
          />
          <TimeField
            label="Ends"
            value={draft.ends}
            timeZone={timeZone}
            error={errors.ends}
            onChange={(ends) => change({ ...draft, ends })}
          />
        </div>
        <p className={styles.zone}>Your time, {timeZone.replaceAll('_', ' ')}</p>
        <Field label="Description" optional>
          {(control) => (
            <textarea
              {...control}
              rows={4}
              value={draft.description}
              onChange={(event) => change({ ...draft, description: event.target.value })}
            />
          )}
        </Field>
        {action.error !== undefined && (
          <Notice tone="danger" title={action.error.title}>
            {action.error.text}
          </Notice>
        )}
      </SheetBody>
      <SheetActions>
        <Button onClick={onCancel}>Cancel</Button>
        <Button look="primary" type="submit" disabled={action.busy}>
          {submit}
        </Button>
      </SheetActions>
    </form>
  )
}
