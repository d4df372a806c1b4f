import type { PublicKey } from '@rakko/core'
import { type LinkState, type PeerHeads, type PeerStatus, peerFromData } from '@rakko/node/rpc'
import { checkId, invalidArgument } from '../arguments/arguments.js'
import type { CallOptions } from '../arguments/call-options.js'
import type { Connection } from '../calls/connection.js'
import { type Observer, type Subscription, type SubscriptionOptions, subscribe } from '../calls/subscription.js'
import type { PortLike } from '../channel/channel.js'
import { toHandOver } from '../channel/handed-over.js'
import { checkPort } from '../channel/port-channel.js'

export type { LinkState, PeerHeads, PeerStatus }

/** The other nodes that a node speaks with. */
export interface Sync {
  /**
   * Calls back with how it stands with all peers, at once and as it changes. Those that the node dials come first, in
   * the order in which they were added, then those that have dialled it. Throws INVALID_ARGUMENT.
   */
  onStatus(
    observer: Observer<readonly PeerStatus[]> | ((peers: readonly PeerStatus[]) => void),
    options?: SubscriptionOptions,
  ): Subscription
  /**
   * Keeps a session with the node at an address (`wss://…`) from now on, until the node closes. Whether the peer can be
   * reached `onStatus` tells. Rejects with INVALID_ADDRESS where it is none.
   *
   * Or speaks with the node at the other end of a MessagePort, which has to be connected there as well: another worker,
   * window or process of the device. The node takes the port over. `electronPort` adapts those of Electron's main
   * process. Rejects with INVALID_ARGUMENT, also for a port that was given before.
   */
  connect(peer: string | PortLike, options?: CallOptions): Promise<void>
  /** Ends the session, and dials no more. */
  disconnect(peer: string | PortLike, options?: CallOptions): Promise<void>
  /**
   * Dials the peers that are away now instead of later, and asks the others for a sign of life. The node does so itself
   * when the network is back, or the device wakes up.
   */
  reconnect(options?: CallOptions): Promise<void>
  /**
   * What each peer tells of all logs of a public key, as far as it holds them. Hubs and nodes of Node.js can tell; who
   * cannot, or is away, is left out. Rejects with INVALID_PUBLIC_KEY.
   */
  heads(publicKey: PublicKey, options?: CallOptions): Promise<readonly PeerHeads[]>
}

const EXPECTED = 'an address, or a MessagePort'

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
    async connect(peer, options) {
      const params = typeof peer === 'string' ? { address: peer } : { address: nameOf(peer), port: toHandOver(peer) }
      await connection.request('connect', params, options)
    },
    async disconnect(peer, options) {
      const address = typeof peer === 'string' ? peer : names.get(peer)
      if (address === undefined) throw invalidArgument('peer', `${EXPECTED} that was connected`, peer)
      await connection.request('disconnect', { address }, options)
    },
    reconnect: (options) => connection.request('wake', {}, options),
    async heads(publicKey, options) {
      return connection.request('keyHeads', { publicKey: checkId('publicKey', 'a public key', publicKey) }, options)
    },
  }
}

/** What nodes call the ports that they were given. */
const names = new WeakMap<object, string>()

/** Throws INVALID_ARGUMENT. */
function nameOf(port: PortLike): string {
  checkPort(port, 'peer', EXPECTED)
  if (names.has(port)) throw invalidArgument('peer', 'a port that no node was given before', port)
  const name = `port:${Math.random()}`
  names.set(port, name)
  return name
}
