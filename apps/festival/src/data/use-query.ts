import { useEffect, useEffectEvent, useState } from 'react'
import type { Festival } from '../node/festival.js'
import { useFestival, useSession } from '../node/session-context.js'
import { useChangeVersion } from './changes.js'

export interface QueryState<Data> {
  /** Of the last finished run; kept while the next one is under way, so that nothing on the page jumps. */
  readonly data: Data | undefined
  /** The data belongs to an earlier key. */
  readonly stale: boolean
  readonly error: unknown
}

/**
 * Runs a query, and again whenever its key or the stored data changes. This is the one place to replace when queries
 * become live: callers only say what they read.
 */
export function useQuery<Data>(key: string, load: (festival: Festival) => Promise<Data>): QueryState<Data> {
  const festival = useFestival()
  const session = useSession()
  const version = useChangeVersion()
  const [result, setResult] = useState<{ key: string; data: Data | undefined; error: unknown }>()
  const run = useEffectEvent(load)

  // biome-ignore lint/correctness/useExhaustiveDependencies: the version says that a new run has something new to read
  useEffect(() => {
    let current = true
    run(festival).then(
      (data) => {
        if (current) setResult({ key, data, error: undefined })
      },
      (error: unknown) => {
        if (!current) return
        session.report(error)
        setResult({ key, data: undefined, error })
      },
    )
    return () => {
      current = false
    }
  }, [festival, session, key, version])

  return { data: result?.data, stale: result !== undefined && result.key !== key, error: result?.error }
}
