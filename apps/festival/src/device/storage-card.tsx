import { useState } from 'react'
import { announceChange } from '../data/changes.js'
import { useStorage } from '../data/use-storage.js'
import type { Storage } from '../node/festival.js'
import { useFestival } from '../node/node-context.js'
import { Button } from '../ui/button.js'
import { Notice } from '../ui/notice.js'
import { Card, Fact } from './card.js'
import { Usage } from './usage.js'

const KINDS: Readonly<Record<Storage['kind'], string>> = {
  opfs: 'PostgreSQL in this browser’s private file system (OPFS)',
  indexeddb: 'PostgreSQL in this browser’s IndexedDB; its faster file system (OPFS) is not available',
  directory: 'PostgreSQL in a directory',
  memory: 'PostgreSQL in memory, gone when this tab is closed',
}

export function StorageCard() {
  const storage = useStorage()
  return (
    <Card icon="device" title="Where it is stored">
      <dl>
        <Fact name="Kept in">{KINDS[storage.kind]}</Fact>
        {storage.usageBytes !== undefined && <Usage used={storage.usageBytes} quota={storage.quotaBytes} />}
      </dl>
      {storage.kind === 'memory' ? (
        <Notice tone="warn" title="Nothing here will last">
          This browser gives the app no lasting storage. Private windows often do that.
        </Notice>
      ) : (
        <Persistence persisted={storage.persisted === true} />
      )}
    </Card>
  )
}

/** Whether the browser may throw the data away by itself when the device runs out of space. */
function Persistence({ persisted }: { readonly persisted: boolean }) {
  const { node } = useFestival()
  const [declined, setDeclined] = useState(false)

  async function ask() {
    setDeclined(!(await node.requestPersistence()))
    announceChange()
  }

  if (persisted) {
    return <p>The browser agreed to keep it: only you can clear it, through the browser’s settings.</p>
  }
  return (
    <>
      <p>
        The browser has not promised to keep it: should this device run very low on space, the browser may clear it
        without asking.
      </p>
      {declined && (
        <Notice tone="plain" title="The browser declined">
          Many browsers agree once the app is installed or used often. Ask again then.
        </Notice>
      )}
      <Button icon="kept" onClick={() => void ask()}>
        Ask the browser to keep it
      </Button>
    </>
  )
}
