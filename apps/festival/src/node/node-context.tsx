import { createContext, type ReactNode, useContext, useSyncExternalStore } from 'react'
import type { Festival } from './festival.js'
import type { NodeHandle, NodeState } from './node-handle.js'

const NodeContext = createContext<NodeHandle | undefined>(undefined)
const FestivalContext = createContext<Festival | undefined>(undefined)

export function NodeProvider({ handle, children }: { readonly handle: NodeHandle; readonly children: ReactNode }) {
  const state = useSyncExternalStore(handle.subscribe, handle.state)
  return (
    <NodeContext value={handle}>
      <FestivalContext value={state.status === 'open' ? state.festival : undefined}>{children}</FestivalContext>
    </NodeContext>
  )
}

export function useNodeHandle(): NodeHandle {
  const handle = useContext(NodeContext)
  if (handle === undefined) throw new Error('useNodeHandle is called outside NodeProvider')
  return handle
}

export function useNodeState(): NodeState {
  const handle = useNodeHandle()
  return useSyncExternalStore(handle.subscribe, handle.state)
}

/** For components that are shown only while the node is open. */
export function useFestival(): Festival {
  const festival = useContext(FestivalContext)
  if (festival === undefined) throw new Error('useFestival is called before the node is open')
  return festival
}
