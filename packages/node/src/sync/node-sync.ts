import { type PublicKey, RakkoError, refusal } from '@rakko/core'
import type { DocumentStore, IngestItem, IngestOutcome } from '@rakko/store'
import {
  type ArrivalMark,
  type Channel,
  type GuestListeners,
  type Identity,
  type MessagePortLike,
  messagePortChannel,
  type PeerHeads,
  type PeerMemory,
  type PeerStatus,
  Peers,
  type PeersOptions,
  parseAddress,
  peerHeads,
  type Scope,
  type SessionResult,
} from '@rakko/sync'
import { Feed } from '../feed.js'
import type { Timers } from '../maintenance-scheduler.js'
import type { NodeEvent } from '../node-event.js'
import type { SyncQuotas } from '../open-params.js'
import type { WriterSigner } from '../sign/signing-round.js'
import type { Quotas } from './quotas.js'
import { refusalEvents } from './refusal-events.js'
import { StoreReplica } from './store-replica.js'
import type { SyncPlatform } from './sync-platform.js'
import { syncTimers } from './sync-timers.js'

/** Peers that a node dials, at most. */
export const MAX_ADDRESSES = 64
/** Ports that a node speaks over at a time, at most. */
export const MAX_PORTS = 128

export interface NodeSyncOptions {
  readonly store: DocumentStore
  readonly ingest: (items: readonly IngestItem[]) => Promise<IngestOutcome[]>
  /** The key that signs now. */
  readonly signer: () => WriterSigner
  readonly platform: SyncPlatform
  readonly timers: Timers
  readonly now: () => number
  readonly random: (length: number) => Uint8Array
  readonly onEvent: (event: NodeEvent) => void
  /** What is pulled; without it everything. */
  readonly scope?: Scope | undefined
  /** See SyncParams. */
  readonly silenceMs?: number | undefined
  /** Throws INVALID_ARGUMENT where they are too low, and SYNC_UNAVAILABLE where the platform has none. */
  readonly quotas?: SyncQuotas | undefined
  /** Arrivals that a peer may send before they were taken, in bytes; default 4 MiB. */
  readonly creditBytes?: number | undefined
  /** Who may dial. A peer is asked to prove its key where `checkProof` is given, which does that. */
  readonly guests?: Pick<PeersOptions, 'checkProof' | 'admit'> | undefined
  /** How it stands with a peer that the node dials, at each change. */
  readonly onDialled?: ((status: PeerStatus) => void) | undefined
}

/** How it stands with all peers, one state after the other. */
export type StatusFeed = Feed<readonly PeerStatus[]>

/** A node's peers: dials them, serves those that dial it, and tells how it stands with each. */
export class NodeSync {
  readonly #replica: StoreReplica
  readonly #peers: Peers
  readonly #feeds = new Set<StatusFeed>()
  /** By the names that whoever gave them chose. */
  readonly #ports = new Map<string, Channel>()
  /** How often something has changed. */
  #changes = 0
  readonly #stopListening: (() => void) | undefined

  constructor(options: NodeSyncOptions) {
    const { store, platform, timers, now, random, scope, silenceMs, guests, onDialled } = options
    const { ingest, meterOf } = withinQuotas(options)
    this.#replica = platform.replica?.({ store, ingest }) ?? new StoreReplica({ store, ingest })
    this.#peers = new Peers({
      replica: this.#replica,
      identity: identityOf(options.signer),
      dial: platform.dial,
      heads: platform.heads?.(store.sync),
      random,
      draw: () => (random(1)[0] ?? 0) / 255,
      now,
      timers: syncTimers(timers),
      scope,
      silenceMs,
      creditBytes: options.creditBytes,
      meterOf,
      ...guests,
      onChange: () => this.#tell(),
      onDialled,
      memory: peerMemory(options.store),
      onRefused: refusalEvents(now, options.onEvent),
      onReplaced: ({ databaseId }, address, formerDatabaseId) =>
        options.onEvent({ type: 'peer-replaced', address, databaseId, formerDatabaseId }),
      onRestored: ({ databaseId, publicKey }) => options.onEvent({ type: 'peer-restored', databaseId, publicKey }),
    })
    this.#stopListening = platform.onWake?.(() => this.wake())
  }

  get statuses(): readonly PeerStatus[] {
    return this.#peers.statuses
  }

  /** Keeps a session with the peer at an address from now on. Throws INVALID_ADDRESS and INVALID_ARGUMENT. */
  add(text: string): void {
    const address = parseAddress(text)
    const dialled = this.statuses.flatMap((one) => one.address ?? [])
    if (!dialled.includes(address) && dialled.length >= MAX_ADDRESSES) {
      throw oneMore('address', `at most ${MAX_ADDRESSES} peers`)
    }
    this.#peers.add(address)
  }

  /**
   * Speaks with the node at the other end of a port, until that ends, or the name is removed. Throws INVALID_ARGUMENT,
   * and has closed the port, where the name is taken or there are as many ports as there may be.
   */
  addPort(name: string, port: MessagePortLike): void {
    if (this.#ports.has(name) || this.#ports.size >= MAX_PORTS) {
      port.close()
      throw oneMore('port', `at most ${MAX_PORTS} ports, each of a name of its own`)
    }
    const channel = messagePortChannel(port)
    this.#ports.set(name, channel)
    void this.accept(channel).then(() => this.#ports.delete(name))
  }

  /** The peer at an address, or at a port of that name. Throws INVALID_ADDRESS. */
  async remove(text: string): Promise<void> {
    const channel = this.#ports.get(text)
    if (channel !== undefined) return channel.close()
    await this.#peers.remove(parseAddress(text))
  }

  /** Speaks with a peer that has dialled this node, until the channel ends. Returns how; never rejects. */
  accept(channel: Channel, listeners?: GuestListeners): Promise<SessionResult> {
    return this.#peers.accept(channel, listeners)
  }

  /** The network has changed, or the device woke up: what is waited for is tried at once. */
  wake(): void {
    this.#peers.poke()
  }

  /** The node has written: peers that are away are dialled soon. */
  wrote(): void {
    this.#peers.wrote()
  }

  /**
   * What each peer that is up tells of all logs of a key: whoever removes a key says by that what of it was seen. A
   * peer tells of what it holds; one that cannot, as a node in a browser, or is lost meanwhile, is left out. Never
   * rejects.
   */
  heads(publicKey: PublicKey): Promise<PeerHeads[]> {
    return peerHeads(this.#peers.sessions, publicKey)
  }

  /** The latest arrival that is durable here: what peers pull up to. */
  latest(): Promise<ArrivalMark> {
    return this.#replica.latest()
  }

  /** For a reader that asks for one state after the other: now, and whenever it has changed since. */
  open(): StatusFeed {
    let told = -1
    const feed: StatusFeed = new Feed({
      take: () => {
        if (told === this.#changes) return undefined
        told = this.#changes
        return this.statuses
      },
      drop: (closed) => this.#feeds.delete(closed),
    })
    this.#feeds.add(feed)
    return feed
  }

  async close(): Promise<void> {
    this.#stopListening?.()
    for (const feed of this.#feeds) feed.close()
    await this.#peers.close()
  }

  #tell(): void {
    this.#changes += 1
    for (const feed of this.#feeds) feed.wake()
  }
}

function oneMore(field: string, expected: string): RakkoError {
  return refusal('INVALID_ARGUMENT', { field, expected, got: 'one more' })
}

function peerMemory(store: DocumentStore): PeerMemory {
  return {
    find: async (address) => (await store.sync.metPeers()).find((one) => one.address === address),
    keep: (address, peer) => store.sync.keepMetPeer({ address, ...peer }),
  }
}

/** That of the key that signs at the time of the question: a cloned key is replaced. */
function identityOf(signer: () => WriterSigner): Identity {
  return {
    get publicKey() {
      return signer().publicKey
    },
    sign: async (message) => signer().sign(message),
  }
}

/** Throws as `quotas` says. */
function withinQuotas({
  store,
  ingest,
  platform,
  quotas,
  now,
  onEvent,
}: NodeSyncOptions): Pick<Quotas, 'ingest'> & Partial<Quotas> {
  if (quotas === undefined) return { ingest }
  if (platform.quotas === undefined)
    throw new RakkoError('SYNC_UNAVAILABLE', 'This node has no quotas: nodes of Node.js have', { feature: 'quotas' })
  return platform.quotas(quotas, {
    sync: store.sync,
    ingest,
    now,
    onReached: (publicKey) => onEvent({ type: 'author-quota-reached', publicKey }),
  })
}
