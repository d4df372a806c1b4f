import { useState } from 'react'
import { Button } from '../ui/button.js'
import { Sheet, SheetActions, SheetBody } from '../ui/sheet.js'
import { useToast } from '../ui/toast.js'
import { linkTo } from './hub-setting.js'
import { QrCode } from './qr-code.js'
import styles from './qr-code.module.css'

/** The link that leads others to this festival and its hub: to be sent, or scanned from this screen. */
export function ShareHub({ address }: { readonly address: string }) {
  const toast = useToast()
  const [isShown, setShown] = useState(false)
  const link = linkTo(address)

  async function copy() {
    try {
      await navigator.clipboard.writeText(link)
      toast('Link copied: it opens the festival with this hub')
    } catch {
      toast('The browser did not allow copying')
    }
  }

  const copyButton = (
    <Button icon="copy" onClick={() => void copy()}>
      Copy a link for others
    </Button>
  )
  return (
    <>
      {copyButton}
      <Button icon="code" onClick={() => setShown(true)}>
        Show a QR code
      </Button>
      {isShown && (
        <Sheet title="Scan to share the festival" onClose={() => setShown(false)}>
          <SheetBody>
            <QrCode text={link} label="QR code of the link below" />
            <p className={styles.link}>{link}</p>
          </SheetBody>
          <SheetActions>{copyButton}</SheetActions>
        </Sheet>
      )}
    </>
  )
}
