import { closeSheet } from '../router/navigation.js'
import { Button } from './button.js'
import { Sheet, SheetActions, SheetBody } from './sheet.js'

/** For an address that leads to nothing, or to what was deleted. */
export function MissingSheet({ what }: { readonly what: 'event' | 'venue' }) {
  return (
    <Sheet title={`No such ${what}`} onClose={closeSheet}>
      <SheetBody>
        <p>This {what} is not on this device. It may have been deleted.</p>
      </SheetBody>
      <SheetActions>
        <Button onClick={closeSheet}>Close</Button>
      </SheetActions>
    </Sheet>
  )
}
