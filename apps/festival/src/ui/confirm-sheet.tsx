import type { ReactNode } from 'react'
import type { ErrorMessage } from '../node/error-message.js'
import { Button } from './button.js'
import { Notice } from './notice.js'
import { Sheet, SheetActions, SheetBody } from './sheet.js'

interface ConfirmSheetProps {
  readonly title: string
  readonly children: ReactNode
  readonly confirm: string
  readonly busy?: boolean
  readonly error?: ErrorMessage | undefined
  readonly onConfirm: () => void
  readonly onCancel: () => void
}

/** Asks before what cannot be taken back. The harmless choice comes first, so it has the focus. */
export function ConfirmSheet(props: ConfirmSheetProps) {
  const { title, children, confirm, busy = false, error, onConfirm, onCancel } = props
  return (
    <Sheet title={title} onClose={onCancel}>
      <SheetBody>
        {children}
        {error !== undefined && (
          <Notice tone="danger" title={error.title}>
            {error.text}
          </Notice>
        )}
      </SheetBody>
      <SheetActions>
        <Button data-autofocus onClick={onCancel}>
          Keep it
        </Button>
        <Button look="danger" disabled={busy} onClick={onConfirm}>
          {confirm}
        </Button>
      </SheetActions>
    </Sheet>
  )
}
