import { useEffect } from 'react'
import { useNodeHandle } from '../node/node-context.js'

/** The state of a live query, whose error the handle is told: one that ends the node ends the page's handle. */
export function useReported<State extends { readonly error: unknown }>(state: State): State {
  const handle = useNodeHandle()
  const { error } = state
  useEffect(() => {
    if (error !== undefined) handle.report(error)
  }, [handle, error])
  return state
}
