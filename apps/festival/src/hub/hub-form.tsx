import { type SyntheticEvent, useRef, useState } from 'react'
import { wordsOf } from '../node/error-message.js'
import { useFestival, useNodeHandle } from '../node/node-context.js'
import { Button } from '../ui/button.js'
import { Field } from '../ui/field.js'
import { focusFirstError } from '../ui/focus-first-error.js'
import styles from './hub-form.module.css'

interface HubFormProps {
  readonly initial: string
  /** Called once the address was taken; without `onCancel` there is nothing to go back to. */
  readonly onDone: () => void
  readonly onCancel?: (() => void) | undefined
}

export function HubForm({ initial, onDone, onCancel }: HubFormProps) {
  const { hub } = useFestival()
  const handle = useNodeHandle()
  const [address, setAddress] = useState(initial)
  const [error, setError] = useState<string>()
  const form = useRef<HTMLFormElement>(null)

  async function use(event: SyntheticEvent) {
    event.preventDefault()
    try {
      await hub.use(address)
      onDone()
    } catch (caught) {
      handle.report(caught)
      setError(wordsOf(caught))
      // After the field is marked.
      requestAnimationFrame(() => focusFirstError(form.current))
    }
  }

  return (
    <form ref={form} className={styles.form} noValidate onSubmit={(event) => void use(event)}>
      <Field label="Hub address" error={error} hint="As whoever runs the hub gave it to you.">
        {(control) => (
          <input
            {...control}
            type="url"
            inputMode="url"
            autoComplete="off"
            autoCapitalize="none"
            spellCheck={false}
            placeholder="wss://hub.example"
            value={address}
            onChange={(event) => {
              setAddress(event.target.value)
              setError(undefined)
            }}
          />
        )}
      </Field>
      <div className={styles.buttons}>
        {onCancel !== undefined && <Button onClick={onCancel}>Cancel</Button>}
        <Button type="submit" icon="sync">
          Use this hub
        </Button>
      </div>
    </form>
  )
}
