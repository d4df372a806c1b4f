import { SampleButton } from '../device/sample-button.js'
import { openSheet } from '../router/navigation.js'
import { Button } from '../ui/button.js'
import { EmptyState } from '../ui/empty-state.js'

export function EmptyProgramme({ hasVenues }: { readonly hasVenues: boolean }) {
  if (hasVenues) {
    return (
      <EmptyState
        title="Ready for the first event"
        actions={
          <Button look="primary" icon="add" onClick={() => openSheet({ name: 'new-event' })}>
            Add the first event
          </Button>
        }
      >
        The venues stand. Now say what happens where, and when.
      </EmptyState>
    )
  }
  return (
    <EmptyState
      title="Calm water"
      actions={
        <>
          <Button look="primary" icon="add" onClick={() => openSheet({ name: 'new-venue' })}>
            Add a venue
          </Button>
          <SampleButton />
        </>
      }
    >
      A festival begins with a place. Add a venue, then its events. It is all stored on this device, network or not.
    </EmptyState>
  )
}
