import type { Channel } from '../channel/channel.js'
import type { Peer } from '../session/peer.js'
import type { Refused } from '../session/pull/taker.js'
import { type SessionResult, SyncSession } from '../session/session.js'
import type { SessionStatus } from '../session/session-status.js'
import { Link, type LinkOptions } from './link.js'
import { linkOf, type PeerStatus } from './peer-status.js'
import { Sharing } from './sharing.js'

export interface PeersOptions extends Omit<LinkOptions, 'address' | 'onChange' | 'sharing'> {
  readonly onChange?: (() => void) | undefined
  /** How it stands with a peer that is dialled, at each change. */
  readonly onDialled?: ((status: PeerStatus) => void) | undefined
}

/** What whoever has accepted a channel is told of the peer behind it. */
export interface GuestListeners {
  /** Who has dialled, as the transport knows it: what one caller gives is counted together. Else by database id. */
  readonly caller?: string | undefined
  /** Who it is; before anything flows. */
  readonly onGreeted?: ((peer: Peer) => void) | undefined
  readonly onRefused?: ((refused: Refused) => void) | undefined
}

interface Guest {
  readonly session: SyncSession
  status: Omit<PeerStatus, 'toSend'>
}

/** All peers of a node: those that it dials, and those that have dialled it. */
export class Peers {
  readonly #options: PeersOptions
  readonly #links = new Map<string, Link>()
  readonly #guests = new Set<Guest>()
  readonly #sharing: Sharing
  #isClosed = false

  constructor(options: PeersOptions) {
    this.#options = options
    this.#sharing = new Sharing(options.timers)
  }

  /** In the order in which they came. */
  get statuses(): readonly PeerStatus[] {
    const guests = [...this.#guests].map(({ status, session }) => ({ ...status, toSend: session.backlog?.toSend ?? 0 }))
    return [...[...this.#links.values()].map((link) => link.status), ...guests]
  }

  /** Keeps a session with the peer at an address from now on. */
  add(address: string): void {
    if (this.#isClosed || this.#links.has(address)) return
    // Who is at an address that this node has chosen is the transport's to say: only guests are asked who they are.
    const options = { ...this.#options, checkProof: undefined, admit: undefined, sharing: this.#sharing }
    const onChange = (status: PeerStatus): void => {
      this.#options.onDialled?.(status)
      this.#tell()
    }
    this.#links.set(address, new Link({ ...options, address, onChange }))
    this.#tell()
  }

  async remove(address: string): Promise<void> {
    const link = this.#links.get(address)
    this.#links.delete(address)
    await link?.close()
    this.#tell()
  }

  /** Speaks with a peer that has dialled this node, until the channel ends. Returns how; never rejects. */
  async accept(channel: Channel, { caller, onGreeted, onRefused }: GuestListeners = {}): Promise<SessionResult> {
    if (this.#isClosed) {
      channel.close()
      return { code: 'bye', by: 'us', text: 'The node is closed' }
    }
    const { meterOf } = this.#options
    const session = new SyncSession({
      ...this.#options,
      channel,
      share: this.#sharing.guest(),
      meterOf: meterOf && (({ databaseId }) => meterOf(caller ?? databaseId)),
      onStatus: (told) => this.#guestTold(guest, told),
      onGreeted,
      onRefused: (refused) => {
        this.#options.onRefused?.(refused)
        onRefused?.(refused)
      },
    })
    const guest: Guest = { session, status: { link: { state: 'connecting' } } }
    this.#guests.add(guest)
    const result = await session.run()
    this.#guests.delete(guest)
    this.#tell()
    return result
  }

  /** Those that run now. */
  get sessions(): readonly SyncSession[] {
    return [...this.#links.values(), ...this.#guests].flatMap(({ session }) => session ?? [])
  }

  /** The network has changed, or the device woke up. */
  poke(): void {
    for (const link of this.#links.values()) link.poke()
  }

  /** This node has written something of its own. */
  wrote(): void {
    for (const link of this.#links.values()) link.wrote()
  }

  async close(): Promise<void> {
    this.#isClosed = true
    for (const { session } of this.#guests) session.close()
    await Promise.all([...this.#links.values()].map((link) => link.close()))
  }

  #guestTold(guest: Guest, status: SessionStatus): void {
    if (status.state === 'greeting' || status.state === 'ended') return
    guest.status = { peer: status.peer, metAt: this.#options.now(), link: linkOf(status) }
    this.#tell()
  }

  #tell(): void {
    this.#options.onChange?.()
  }
}
