import { shortKey } from '../data/signer-name.js'
import { useStorage } from '../data/use-storage.js'
import type { Storage } from '../node/festival.js'
import { useFestival } from '../node/node-context.js'
import { Button } from '../ui/button.js'
import { useToast } from '../ui/toast.js'
import { Card, Fact } from './card.js'
import styles from './identity-card.module.css'

const KEYS: Readonly<Record<Storage['key'], string>> = {
  'non-extractable': 'Locked into this browser: no program can read it out, not even this one',
  seed: 'In this browser’s IndexedDB, since it cannot lock away keys of this kind',
  file: 'In a file that only you can read',
  memory: 'In memory, gone when this tab is closed',
}

export function IdentityCard() {
  const { node } = useFestival()
  const { key } = useStorage()
  const toast = useToast()

  async function copy() {
    try {
      await navigator.clipboard.writeText(node.publicKey)
      toast('Public key copied')
    } catch {
      toast('The browser did not allow copying')
    }
  }

  return (
    <Card icon="key" title="Who signs">
      <p>Whatever you add or change is signed with a key made on this device. Nobody else can write in your name.</p>
      <dl>
        <Fact name="Public key">
          <code className={styles.code}>{node.publicKey}</code>
        </Fact>
        <Fact name="Others see you as">
          <code className={styles.code}>{shortKey(node.publicKey)}</code>
        </Fact>
        <Fact name="Private key">{KEYS[key]}</Fact>
        <Fact name="Database">
          <code className={styles.code}>{node.databaseId}</code>
        </Fact>
      </dl>
      <Button icon="copy" onClick={() => void copy()}>
        Copy public key
      </Button>
    </Card>
  )
}
