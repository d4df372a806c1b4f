import { useEffect } from 'react'
import { useNodeHandle } from '../node/node-context.js'

/** The state of a live query. The handle is told its error: one that ends the node changes the handle's state. */
export function useReported<State extends { readonly error: unknown }>(state: State): State {
  const handle = useNodeHandle()
  const { error } = state
  useEffect(() => {
    if (error !== undefined) handle.report(error)
  }, [handle, error])
  return state
}
