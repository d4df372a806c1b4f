import { type LinkState, type PeerStatus, peerFromData } from '@rakko/node/rpc'
import { checkId } from '../arguments/arguments.js'
import type { CallOptions } from '../arguments/call-options.js'
import type { Connection } from '../calls/connection.js'
import { type Observer, type Subscription, type SubscriptionOptions, subscribe } from '../calls/subscription.js'

export type { LinkState, PeerStatus }

/** The other nodes that a node speaks with. */
export interface Sync {
  /**
   * Calls back with how it stands with all peers, at once and as it changes: those that the node dials, in the order in
   * which they were added, then those that have dialled it. Throws INVALID_ARGUMENT.
   */
  onStatus(
    observer: Observer<readonly PeerStatus[]> | ((peers: readonly PeerStatus[]) => void),
    options?: SubscriptionOptions,
  ): Subscription
  /**
   * Keeps a session with the node at an address (`wss://…`) from now on, until the node closes. Rejects with
   * INVALID_ADDRESS where it is none. Whether the peer can be reached `onStatus` tells.
   */
  connect(address: string, options?: CallOptions): Promise<void>
  /** Ends the session, and dials no more. */
  disconnect(address: string, options?: CallOptions): Promise<void>
}

export function remoteSync(connection: Connection): Sync {
  return {
    onStatus: (observer, options) =>
      subscribe<readonly PeerStatus[]>(
        connection,
        {
          open: (signal) => connection.request('peers', {}, { signal }),
          valuesOf: (update) => ('peers' in update ? [update.peers.map(peerFromData)] : []),
        },
        observer,
        options,
      ),
    async connect(address, options) {
      await connection.request('connect', { address: checkId('address', 'an address', address) }, options)
    },
    async disconnect(address, options) {
      await connection.request('disconnect', { address: checkId('address', 'an address', address) }, options)
    },
  }
}
