import { useState } from 'react'
import { wordsOf } from '../node/error-message.js'
import { useFestival, useNodeHandle } from '../node/node-context.js'
import { Button } from '../ui/button.js'
import { Notice } from '../ui/notice.js'
import { Sheet, SheetActions, SheetBody } from '../ui/sheet.js'
import { useToast } from '../ui/toast.js'
import styles from './offered-hub.module.css'
import { useHub } from './use-hub.js'

/** A link names a hub. Nothing goes there before a person has agreed. */
export function OfferedHub() {
  const { offered, address } = useHub()
  return offered === undefined ? null : <Offer offered={offered} current={address} />
}

function Offer({ offered, current }: { readonly offered: string; readonly current: string | undefined }) {
  const { hub } = useFestival()
  const handle = useNodeHandle()
  const toast = useToast()
  const [error, setError] = useState<string>()

  async function take() {
    try {
      await hub.use(offered)
      toast('What you change is shared from now on')
    } catch (caught) {
      handle.report(caught)
      setError(wordsOf(caught))
    }
  }

  return (
    <Sheet title="Share with this hub?" onClose={hub.decline}>
      <SheetBody>
        <p>
          The link that you opened names <strong className={styles.address}>{offered}</strong>. What is on this device
          goes there, and what others share comes here.
        </p>
        {current !== undefined && (
          <p className={styles.more}>
            It takes the place of <span className={styles.address}>{current}</span>.
          </p>
        )}
        {error !== undefined && (
          <Notice tone="danger" title="That did not work">
            {error}
          </Notice>
        )}
      </SheetBody>
      <SheetActions>
        <Button data-autofocus onClick={hub.decline}>
          Not now
        </Button>
        <Button look="primary" icon="sync" onClick={() => void take()}>
          Share
        </Button>
      </SheetActions>
    </Sheet>
  )
}
