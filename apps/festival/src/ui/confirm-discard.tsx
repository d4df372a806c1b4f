import { Button } from './button.js'
import { Sheet, SheetActions, SheetBody } from './sheet.js'

export function ConfirmDiscard({ onDiscard, onKeep }: { readonly onDiscard: () => void; readonly onKeep: () => void }) {
  return (
    <Sheet title="Throw away what you typed?" onClose={onKeep}>
      <SheetBody>
        <p>It has not been saved.</p>
      </SheetBody>
      <SheetActions>
        <Button look="danger" onClick={onDiscard}>
          Throw away
        </Button>
        <Button look="primary" data-autofocus onClick={onKeep}>
          Keep typing
        </Button>
      </SheetActions>
    </Sheet>
  )
}
