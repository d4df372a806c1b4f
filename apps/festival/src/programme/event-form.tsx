import { useAllVenues } from '../data/all-venues.js'
import { currentTimeZone } from '../time/local-time.js'
import { DraftForm, type DraftFormProps } from '../ui/draft-form.js'
import { Field } from '../ui/field.js'
import { Select } from '../ui/select.js'
import { checkEventDraft, type EventDraft, type EventValues, withStart } from './event-draft.js'
import styles from './event-form.module.css'
import { TimeField } from './time-field.js'

export function EventForm(props: DraftFormProps<EventDraft, EventValues>) {
  const venues = useAllVenues()
  const timeZone = currentTimeZone()
  const isKnown = (id: string) => venues?.some((venue) => venue.$id === id) ?? true

  return (
    <DraftForm
      {...props}
      check={(draft) => checkEventDraft(isKnown(draft.venue) ? draft : { ...draft, venue: '' }, timeZone)}
    >
      {(draft, errors, change) => (
        <>
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
                value={isKnown(draft.venue) ? draft.venue : ''}
                onChange={(event) => change({ ...draft, venue: event.target.value })}
              >
                <option value="" disabled>
                  {isKnown(draft.venue) ? 'Choose a venue' : 'Its venue was deleted: choose another'}
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
        </>
      )}
    </DraftForm>
  )
}
