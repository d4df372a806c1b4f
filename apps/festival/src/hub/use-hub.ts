import type { PeerStatus } from '@rakko/client'
import { useSync } from '@rakko/client/react'
import { useSyncExternalStore } from 'react'
import { useReported } from '../data/use-reported.js'
import { useFestival } from '../node/node-context.js'
import type { HubState } from './hub.js'

export function useHub(): HubState {
  const { hub } = useFestival()
  return useSyncExternalStore(hub.subscribe, hub.state)
}

/** How it stands with the hub; undefined where there is none, and until the node has told. */
export function useHubStatus(): PeerStatus | undefined {
  const { node } = useFestival()
  const { peers } = useReported(useSync(node.sync))
  return peers[0]
}
