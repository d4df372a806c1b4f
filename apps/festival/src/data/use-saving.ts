import { useState } from 'react'
import type { ErrorMessage } from '../node/error-message.js'
import type { Festival } from '../node/festival.js'
import { closeSheet } from '../router/navigation.js'
import { useToast } from '../ui/toast.js'
import { changedFields } from './changed-fields.js'
import { useAction } from './use-action.js'

/** How a form stores what was typed; its sheet is closed then. */
export interface Saving<Values> {
  readonly save: (values: Values) => void
  readonly busy: boolean
  readonly error: ErrorMessage | undefined
}

/** Of a new document. Saving again after a lost reply makes no second one. */
export function useCreating<Values>(
  create: (festival: Festival, values: Values, options: { readonly idempotencyId: string }) => Promise<unknown>,
  done: string,
): Saving<Values> {
  const { run, busy, error } = useAction()
  const toast = useToast()
  const [idempotencyId] = useState(() => crypto.randomUUID())

  async function save(values: Values) {
    if (!(await run((festival) => create(festival, values, { idempotencyId })))) return
    closeSheet()
    toast(done)
  }

  return { save: (values) => void save(values), busy, error }
}

/** Of what a person changed in a document; `before` is what the form began with, whatever is stored meanwhile. */
export function useChanging<Values extends object>(
  before: { readonly [Field in keyof Values]: unknown },
  update: (festival: Festival, changed: Partial<Values>) => Promise<unknown>,
): Saving<Values> {
  const { run, busy, error } = useAction()
  const toast = useToast()

  async function save(values: Values) {
    const changed = changedFields(before, values)
    if (changed !== undefined && !(await run((festival) => update(festival, changed)))) return
    closeSheet()
    toast(changed === undefined ? 'Nothing was changed' : 'Change saved on this device')
  }

  return { save: (values) => void save(values), busy, error }
}
