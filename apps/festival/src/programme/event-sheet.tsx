import { useDocument } from '@rakko/client/react'
import { useState } from 'react'
import type { ListedEvent } from '../data/listed-event.js'
import { signerName } from '../data/signer-name.js'
import { useAction } from '../data/use-action.js'
import { useReported } from '../data/use-reported.js'
import { venueColour } from '../data/venue-colour.js'
import { useFestival } from '../node/node-context.js'
import { Link } from '../router/link.js'
import { closeSheet, replaceSheet } from '../router/navigation.js'
import { duration, timeSpan, zoneName } from '../time/format.js'
import { Button } from '../ui/button.js'
import { ConfirmSheet } from '../ui/confirm-sheet.js'
import { Icon } from '../ui/icon.js'
import { MissingSheet } from '../ui/missing-sheet.js'
import { Sheet, SheetActions, SheetBody } from '../ui/sheet.js'
import { useToast } from '../ui/toast.js'
import styles from './event-sheet.module.css'

export function EventSheet({ id }: { readonly id: string }) {
  const { events } = useFestival()
  const { row, status } = useReported(useDocument(events, id, { include: { venue: true } }))
  // What was shown stays until the sheet is closed, also when it is deleted from within it.
  const [shown, setShown] = useState<ListedEvent>()
  if (row !== undefined && row !== shown) setShown(row)
  if (shown !== undefined) return <EventDetails event={shown} />
  return status === 'pending' ? null : <MissingSheet what="event" />
}

function EventDetails({ event }: { readonly event: ListedEvent }) {
  const { venue } = event
  const [deleting, setDeleting] = useState(false)
  const starts = Number(event.starts)
  const ends = Number(event.ends)
  return (
    <Sheet title={event.title} onClose={closeSheet}>
      <SheetBody>
        <dl className={styles.facts} data-colour={venue ? venueColour(venue.colour) : undefined}>
          <dt>
            <Icon name="clock" />
            <span className="visually-hidden">When</span>
          </dt>
          <dd>
            {timeSpan(starts, ends).map((line) => (
              <p key={line} className={styles.main}>
                {line}
              </p>
            ))}
            <p className={styles.soft}>
              {duration(ends - starts)}, {zoneName(starts)}
            </p>
          </dd>
          <dt>
            <Icon name="venues" />
            <span className="visually-hidden">Where</span>
          </dt>
          <dd>
            {venue === null ? (
              <p className={styles.main}>Its venue was deleted</p>
            ) : (
              <>
                <p className={styles.main}>
                  <Link to={{ page: { name: 'venue', id: venue.$id } }}>{venue.name}</Link>
                </p>
                <p className={styles.soft}>Room for {new Intl.NumberFormat().format(venue.capacity)}</p>
              </>
            )}
          </dd>
          <dt>
            <Icon name="key" />
            <span className="visually-hidden">Signed by</span>
          </dt>
          <dd>
            <Signature event={event} />
          </dd>
        </dl>
        {event.description !== '' && <p className={styles.description}>{event.description}</p>}
      </SheetBody>
      <SheetActions>
        <Button look="danger" icon="trash" onClick={() => setDeleting(true)}>
          Delete
        </Button>
        <Button look="primary" icon="edit" onClick={() => replaceSheet({ name: 'edit-event', id: event.$id })}>
          Edit
        </Button>
      </SheetActions>
      {deleting && <DeleteEvent id={event.$id} title={event.title} onCancel={() => setDeleting(false)} />}
    </Sheet>
  )
}

function Signature({ event }: { readonly event: ListedEvent }) {
  return <p className={styles.soft}>{signedText(event, useFestival().node.publicKey)}</p>
}

function signedText({ $owner, $signer, $edited }: ListedEvent, own: string): string {
  const owner = signerName($owner, own)
  if (!$edited) return `Added by ${owner}`
  if ($owner === $signer) return `Added and last changed by ${owner}`
  return `Added by ${owner}, last changed by ${signerName($signer, own)}`
}

function DeleteEvent({ id, title, onCancel }: { id: string; title: string; onCancel: () => void }) {
  const action = useAction()
  const toast = useToast()
  async function remove() {
    if (!(await action.run(({ events }) => events.delete(id)))) return
    closeSheet()
    toast('Event deleted')
  }
  return (
    <ConfirmSheet
      title="Delete this event?"
      confirm="Delete event"
      busy={action.busy}
      error={action.error}
      onConfirm={() => void remove()}
      onCancel={onCancel}
    >
      <p>
        “<span className={styles.quoted}>{title}</span>” goes for good: a deletion cannot be taken back, on this device
        or any other.
      </p>
    </ConfirmSheet>
  )
}
