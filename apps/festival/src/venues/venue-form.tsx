import { DraftForm, type DraftFormProps } from '../ui/draft-form.js'
import { Field } from '../ui/field.js'
import { ColourField } from './colour-field.js'
import { checkVenueDraft, type VenueDraft, type VenueValues } from './venue-draft.js'

export function VenueForm(props: DraftFormProps<VenueDraft, VenueValues>) {
  return (
    <DraftForm {...props} check={checkVenueDraft}>
      {(draft, errors, change) => (
        <>
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
        </>
      )}
    </DraftForm>
  )
}
