import { type ReactNode, type SyntheticEvent, useRef, useState } from 'react'
import type { Saving } from '../data/use-saving.js'
import { Button } from './button.js'
import { focusFirstError } from './focus-first-error.js'
import { Notice } from './notice.js'
import { SheetActions, SheetBody } from './sheet.js'

export type DraftErrors<Draft> = { readonly [Field in keyof Draft]?: string }

/** What is wrong with a draft, field by field, or the values to store. */
export type CheckedDraft<Draft, Values> = { readonly errors: DraftErrors<Draft> } | { readonly values: Values }

/** What a form is given by the sheet around it. */
export interface DraftFormProps<Draft, Values> {
  readonly initial: Draft
  readonly submit: string
  readonly saving: Saving<Values>
  readonly onDirty: () => void
  readonly onCancel: () => void
}

interface DraftFormParts<Draft, Values> extends DraftFormProps<Draft, Values> {
  readonly check: (draft: Draft) => CheckedDraft<Draft, Values>
  /** Draws the fields. */
  readonly children: (draft: Draft, errors: DraftErrors<Draft>, change: (next: Draft) => void) => ReactNode
}

/** A form of a sheet: what is typed is a draft, which is saved when nothing is wrong with it. */
export function DraftForm<Draft, Values>(props: DraftFormParts<Draft, Values>) {
  const { initial, submit, saving, check, onDirty, onCancel, children } = props
  const [draft, setDraft] = useState(initial)
  const [errors, setErrors] = useState<DraftErrors<Draft>>({})
  const form = useRef<HTMLFormElement>(null)

  function change(next: Draft) {
    onDirty()
    setDraft(next)
    // Once something was refused, each word is checked as it is typed; before that nobody is interrupted.
    if (Object.keys(errors).length === 0) return
    const checked = check(next)
    setErrors('errors' in checked ? checked.errors : {})
  }

  function save(event: SyntheticEvent) {
    event.preventDefault()
    const checked = check(draft)
    if ('values' in checked) {
      setErrors({})
      saving.save(checked.values)
    } else {
      setErrors(checked.errors)
      focusFirstError(form.current)
    }
  }

  return (
    <form ref={form} noValidate onSubmit={save}>
      <SheetBody>
        {children(draft, errors, change)}
        {saving.error !== undefined && (
          <Notice tone="danger" title={saving.error.title}>
            {saving.error.text}
          </Notice>
        )}
      </SheetBody>
      <SheetActions>
        <Button onClick={onCancel}>Cancel</Button>
        <Button look="primary" type="submit" disabled={saving.busy}>
          {submit}
        </Button>
      </SheetActions>
    </form>
  )
}
