import { useEffect, useState } from 'react'
import type { Storage } from '../node/festival.js'
import { useFestival, useNodeHandle } from '../node/node-context.js'
import { useChangeVersion } from './changes.js'

/** Known from opening on, so that nothing has to wait for it; read again after every change that this page made. */
export function useStorage(): Storage {
  const festival = useFestival()
  const handle = useNodeHandle()
  const version = useChangeVersion()
  const [storage, setStorage] = useState(festival.storage)

  // biome-ignore lint/correctness/useExhaustiveDependencies: the version says that there is something new to read
  useEffect(() => {
    let current = true
    festival.node.storage().then(
      (found) => {
        if (current) setStorage(found)
      },
      (error: unknown) => {
        if (current) handle.report(error)
      },
    )
    return () => {
      current = false
    }
  }, [festival, handle, version])

  return storage
}
