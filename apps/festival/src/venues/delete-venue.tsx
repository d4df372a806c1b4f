import { useEventCount } from '../data/counts.js'
import { useAction } from '../data/use-action.js'
import type { Venue } from '../node/festival.js'
import { leaveTo } from '../router/navigation.js'
import { ConfirmSheet } from '../ui/confirm-sheet.js'
import { useToast } from '../ui/toast.js'

export function DeleteVenue({ venue, onCancel }: { readonly venue: Venue; readonly onCancel: () => void }) {
  const action = useAction()
  const toast = useToast()
  const count = useEventCount({ venue: { eq: venue.$id } })

  async function remove() {
    if (!(await action.run(({ venues }) => venues.delete(venue.$id)))) return
    leaveTo({ name: 'venues' })
    toast('Venue deleted')
  }

  return (
    <ConfirmSheet
      title="Delete this venue?"
      confirm="Delete venue"
      busy={action.busy}
      error={action.error}
      onConfirm={() => void remove()}
      onCancel={onCancel}
    >
      <p>It goes for good: a deletion cannot be taken back, on this device or any other.</p>
      {count !== undefined && count > 0 && (
        <p>
          {count === 1 ? 'One event takes place here. It stays' : `${count} events take place here. They stay`} in the
          programme, without a venue until you choose another.
        </p>
      )}
    </ConfirmSheet>
  )
}
