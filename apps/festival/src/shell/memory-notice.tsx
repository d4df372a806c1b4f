import { useStorage } from '../data/use-storage.js'
import { Notice } from '../ui/notice.js'

/** Said on every list while nothing that is added will last. */
export function MemoryNotice() {
  if (useStorage().kind !== 'memory') return null
  return (
    <Notice tone="warn" title="Nothing here will last">
      This browser gives the app no lasting storage, so everything is held in memory and gone when this tab is closed.
    </Notice>
  )
}
