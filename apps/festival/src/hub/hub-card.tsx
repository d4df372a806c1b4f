import { useState } from 'react'
import { Card, Fact } from '../device/card.js'
import { useFestival } from '../node/node-context.js'
import { useOnline } from '../pwa/use-online.js'
import { useNow } from '../time/use-now.js'
import { Button } from '../ui/button.js'
import { Notice } from '../ui/notice.js'
import { useToast } from '../ui/toast.js'
import styles from './hub-card.module.css'
import { HubForm } from './hub-form.js'
import { metWords, reasonWords, waitingWords } from './hub-words.js'
import { ShareHub } from './share-hub.js'
import { useHub, useHubStatus } from './use-hub.js'
import { useHubWords } from './use-hub-words.js'

/** Whom this device shares the festival with, and how that stands. */
export function HubCard() {
  const { address } = useHub()
  const [isEditing, setEditing] = useState(false)
  if (address === undefined) {
    return (
      <Card icon="sync" title="Share with others">
        <p>This device keeps the festival to itself. With a hub, others see what you change, and you what they do.</p>
        <HubForm initial="" onDone={() => setEditing(false)} />
      </Card>
    )
  }
  if (isEditing) {
    return (
      <Card icon="sync" title="Share with others">
        <HubForm initial={address} onDone={() => setEditing(false)} onCancel={() => setEditing(false)} />
      </Card>
    )
  }
  return <CurrentHub address={address} onEdit={() => setEditing(true)} />
}

function CurrentHub({ address, onEdit }: { readonly address: string; readonly onEdit: () => void }) {
  const { hub } = useFestival()
  const { isNew } = useHub()
  const status = useHubStatus()
  const words = useHubWords()
  const now = useNow(MINUTE) * 1000
  const toast = useToast()
  const reason = reasonWords(status?.link)

  async function remove() {
    await hub.remove()
    toast('This device keeps to itself now')
  }

  return (
    <Card icon="sync" title="Share with others">
      <dl>
        <Fact name="Hub">{status?.address ?? address}</Fact>
        <Fact name="How it stands">
          {words.sentence}
          {reason !== undefined && <span className={styles.reason}>{reason}</span>}
        </Fact>
        <Fact name="Waits to go out">{waitingWords(status)}</Fact>
        <Fact name="Last met">{metWords(status, now, useOnline())}</Fact>
      </dl>
      {isNew && (
        <Notice tone="plain" icon="sync" title="The hub begins again">
          It was wiped, replaced or restored from a copy. It gets everything from this device again.
        </Notice>
      )}
      <div className={styles.buttons}>
        <ShareHub address={address} />
        <Button icon="edit" onClick={onEdit}>
          Change hub
        </Button>
        <Button icon="close" onClick={() => void remove()}>
          Stop sharing
        </Button>
      </div>
    </Card>
  )
}

const MINUTE = 60
