import { type SyntheticEvent, useRef, useState } from 'react'
import type { Action } from '../data/use-action.js'
import { Button } from '../ui/button.js'
import { Field } from '../ui/field.js'
import { focusFirstError } from '../ui/focus-first-error.js'
import { Notice } from '../ui/notice.js'
import { SheetActions, SheetBody } from '../ui/sheet.js'
import { ColourField } from './colour-field.js'
import { checkVenueDraft, type VenueDraft, type VenueErrors, type VenueValues } from './venue-draft.js'

interface VenueFormProps {
  readonly initial: VenueDraft
  readonly submit: string
  readonly action: Action
  readonly onSubmit: (values: VenueValues) => void
  readonly onDirty: () => void
  readonly onCancel: () => void
}

export function VenueForm({ initial, submit, action, onSubmit, onDirty, onCancel }: VenueFormProps) {
  const [draft, setDraft] = useState(initial)
  const [errors, setErrors] = useState<VenueErrors>({})
  const form = useRef<HTMLFormElement>(null)

  function change(next: VenueDraft) {
    onDirty()
    setDraft(next)
    // Once something was refused, each word is checked as it is typed; before that nobody is interrupted.
    if (Object.keys(errors).length > 0) setErrors(errorsOf(next))
  }

  function save(event: SyntheticEvent) {
    event.preventDefault()
    const checked = checkVenueDraft(draft)
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
        <Field label="Name" error={errors.name}>
          {(control) => (
            <input
              {...control}
              data-autofocus
              autoComplete="off"
              value={draft.name}
              onChange={(event) => change({ ...draft, name: event.target.value })}
            />
          )}
        </Field>
        <Field label="Capacity" hint="How many people fit in." error={errors.capacity}>
          {(control) => (
            <input
              {...control}
              inputMode="numeric"
              autoComplete="off"
              value={draft.capacity}
              onChange={(event) => change({ ...draft, capacity: event.target.value })}
            />
          )}
        </Field>
        <ColourField value={draft.colour} onChange={(colour) => change({ ...draft, colour })} />
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

function errorsOf(draft: VenueDraft): VenueErrors {
  const checked = checkVenueDraft(draft)
  return 'errors' in checked ? checked.errors : {}
}
