import { useState } from 'react'
import { type ErrorMessage, messageFor } from '../node/error-message.js'
import type { Festival } from '../node/festival.js'
import { useFestival, useNodeHandle } from '../node/node-context.js'
import { announceChange } from './changes.js'

export interface Action {
  /** Resolves to whether it was stored. */
  run(write: (festival: Festival) => Promise<unknown>): Promise<boolean>
  readonly busy: boolean
  readonly error: ErrorMessage | undefined
}

export function useAction(): Action {
  const festival = useFestival()
  const handle = useNodeHandle()
  const [busy, setBusy] = useState(false)
  const [error, setError] = useState<ErrorMessage>()

  async function run(write: (festival: Festival) => Promise<unknown>): Promise<boolean> {
    setBusy(true)
    setError(undefined)
    try {
      await write(festival)
      return true
    } catch (caught) {
      handle.report(caught)
      setError(messageFor(caught))
      return false
    } finally {
      setBusy(false)
      // Also after a failure: some of it may have been stored.
      announceChange()
    }
  }

  return { run, busy, error }
}
