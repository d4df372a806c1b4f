import { type ReactNode, useState } from 'react'
import { closeSheet } from '../router/navigation.js'
import { ConfirmDiscard } from './confirm-discard.js'
import { Sheet } from './sheet.js'

interface FormSheetProps {
  readonly title: string
  /** Draws the form; `onDirty` says that something was typed, `onCancel` closes it. */
  readonly children: (form: { onDirty: () => void; onCancel: () => void }) => ReactNode
}

/** A sheet with a form in it: what was typed is not thrown away unasked. */
export function FormSheet({ title, children }: FormSheetProps) {
  const [dirty, setDirty] = useState(false)
  const [asking, setAsking] = useState(false)

  function cancel() {
    if (dirty) setAsking(true)
    else closeSheet()
  }

  return (
    <Sheet title={title} onClose={cancel}>
      {children({ onDirty: () => setDirty(true), onCancel: cancel })}
      {asking && <ConfirmDiscard onDiscard={closeSheet} onKeep={() => setAsking(false)} />}
    </Sheet>
  )
}
