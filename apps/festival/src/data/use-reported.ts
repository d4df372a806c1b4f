import { useEffect } from 'react'
import { useSession } from '../node/session-context.js'

/** The state of a live query, whose error the session is told: one that ends the node ends the page's session. */
export function useReported<State extends { readonly error: unknown }>(state: State): State {
  const session = useSession()
  const { error } = state
  useEffect(() => {
    if (error !== undefined) session.report(error)
  }, [session, error])
  return state
}
