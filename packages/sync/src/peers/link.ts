import { RakkoError } from '@rakko/core'
import type { Channel, Dialling } from '../channel/channel.js'
import type { Peer } from '../session/peer.js'
import type { Meter } from '../session/pull/meter.js'
import { type SessionResult, SyncSession } from '../session/session.js'
import type { SessionOptions } from '../session/session-options.js'
import type { SessionStatus } from '../session/session-status.js'
import { Backoff } from './backoff.js'
import type { MetPeer, PeerMemory } from './met-peer.js'
import { Outbox } from './outbox.js'
import type { Failure, LinkState, PeerStatus } from './peer-status.js'
import type { Sharing } from './sharing.js'

export interface LinkOptions extends Omit<SessionOptions, 'channel' | 'onStatus' | 'onBacklog' | 'share' | 'meterOf'> {
  readonly address: string
  readonly dial: (address: string) => Dialling
  /** Milliseconds since 1970. */
  readonly now: () => number
  /** 0 to 1. */
  readonly draw: () => number
  /** With how it stands now. */
  readonly onChange: (status: PeerStatus) => void
  readonly sharing: Sharing
  readonly memory: PeerMemory
  /** Counts what is given under a name: that of an address, or of whoever has dialled this node. */
  readonly meterOf?: ((name: string) => Meter) | undefined
  /** There is another database at the address than before. */
  readonly onReplaced?: ((peer: Peer, address: string, formerDatabaseId: string) => void) | undefined
  /** The peer no longer has what it had when it was met last: it was restored from a copy. All is compared again. */
  readonly onRestored?: ((peer: Peer) => void) | undefined
}

/** While a session runs, what is known of the peer is kept so often, in milliseconds, where it has changed. */
const KEEP_MS = 5_000

/** Ends of a session that another dial would only meet again. */
const REFUSALS = new Set(['wrong-version', 'same-node', 'proof-failed', 'not-allowed'])

/** A session that was live so long, in milliseconds, was of use, also where nothing new came of it. */
const LIVE_MS = 60_000

/** Keeps a session with the peer at an address: dials, speaks, and dials again, until it is closed. */
export class Link {
  readonly #options: LinkOptions
  readonly #backoff: Backoff
  readonly #running: Promise<void>
  #state: LinkState = { state: 'connecting' }
  #peer: Peer | undefined
  /** Of the database that was met last. */
  #databaseId: string | undefined
  #metAt: number | undefined
  /** Whether the session has met it. */
  #isHere = false
  /** Since when the session is live. */
  #liveSince: number | undefined
  /** How far the arrivals of the database were decided, and whether the session has led further. */
  #upTo = 0
  #hasLedOn = false
  #offlineSince: number | undefined
  /** Why it could not be reached last. */
  #failure: Failure | undefined
  readonly #outbox: Outbox
  #cancelKeeping: (() => void) | undefined
  #session: SyncSession | undefined
  #dialling: Dialling | undefined
  #isClosed = false
  #skipWait: (() => void) | undefined

  constructor(options: LinkOptions) {
    this.#options = options
    this.#backoff = new Backoff(options.draw)
    this.#outbox = new Outbox(options.replica, () => options.onChange(this.status))
    this.#running = this.#run()
  }

  get status(): PeerStatus {
    const { toSend } = this.#outbox.backlog
    return { address: this.#options.address, peer: this.#peer, metAt: this.#metAt, toSend, link: this.#state }
  }

  /** What runs with the peer now. */
  get session(): SyncSession | undefined {
    return this.#session
  }

  /** Dials now instead of later: the network has changed, or the device woke up. A channel that lives is asked. */
  poke(): void {
    this.#backoff.reset()
    this.#session?.poke()
    this.#skipWait?.()
  }

  async close(): Promise<void> {
    this.#isClosed = true
    this.#dialling?.abort()
    this.#skipWait?.()
    this.#session?.close()
    await this.#running
    this.#outbox.close()
  }

  async #run(): Promise<void> {
    await this.#findMet()
    while (!this.#isClosed) {
      this.#change({ state: 'connecting', offlineSince: this.#offlineSince, ...this.#failure })
      const wait = await this.#speak()
      if (!this.#isClosed) await this.#wait(wait)
    }
  }

  /** Returns how long to wait before the next dial. */
  async #speak(): Promise<number> {
    const { address, dial, now } = this.#options
    let channel: Channel
    try {
      this.#dialling = dial(address)
      channel = await this.#dialling.channel
    } catch (cause) {
      const words = 'The peer could not be dialled'
      const error = cause instanceof RakkoError ? cause : new RakkoError('INTERNAL', words, {}, { cause })
      return this.#offline({ error })
    }
    // Who gives up what is open already can say goodbye.
    this.#dialling = undefined
    if (this.#isClosed) {
      channel.close()
      return 0
    }
    this.#isHere = false
    this.#hasLedOn = false
    this.#liveSince = undefined
    const { sharing, identity, meterOf } = this.#options
    this.#session = new SyncSession({
      ...this.#options,
      channel,
      meterOf: meterOf && (() => meterOf(address)),
      share: sharing.link(address),
      identity: { ...identity, address },
      onStatus: (status) => this.#take(status),
      onBacklog: () => this.#backlogChanged(),
    })
    this.#outbox.follow(this.#session)
    const result = await this.#session.run()
    this.#session = undefined
    if (this.#isHere) this.#metAt = now()
    await this.#outbox.leave()
    await this.#keep()
    return this.#ended(result)
  }

  async #findMet(): Promise<void> {
    const { memory, address } = this.#options
    const met = await memory.find(address).catch(() => undefined)
    if (met === undefined) return
    this.#databaseId = met.databaseId
    this.#metAt = met.metAt
    this.#outbox.begin(met)
  }

  /** Who was met is a help to people: where it cannot be kept, sync goes on. */
  async #keep(): Promise<void> {
    this.#cancelKeeping?.()
    this.#cancelKeeping = undefined
    const { memory, address } = this.#options
    if (this.#databaseId === undefined || this.#metAt === undefined) return
    const met: MetPeer = { databaseId: this.#databaseId, metAt: this.#metAt, ...this.#outbox.backlog }
    await memory.keep(address, met).catch(() => undefined)
  }

  #backlogChanged(): void {
    this.#cancelKeeping ??= this.#options.timers.after(KEEP_MS, () => void this.#keep())
    this.#options.onChange(this.status)
  }

  #ended({ code, by, text, cause }: SessionResult): number {
    if (this.#wasOfUse()) this.#backoff.reset()
    if (code === 'lost' || !REFUSALS.has(code)) {
      const error = cause instanceof RakkoError ? cause : new RakkoError('CHANNEL_CLOSED', text)
      return this.#offline({ error, code, by })
    }
    const wait = this.#backoff.afterRefusal()
    this.#change({ state: 'refused', code, by, text, retryAt: this.#options.now() + wait })
    return wait
  }

  /** A peer that greets, and fails whenever it is met, is not dialled at once for ever. */
  #wasOfUse(): boolean {
    const { now } = this.#options
    return this.#hasLedOn || (this.#liveSince !== undefined && now() - this.#liveSince >= LIVE_MS)
  }

  #offline(failure: Failure): number {
    const now = this.#options.now()
    const wait = this.#backoff.wait()
    this.#offlineSince ??= now
    this.#failure = failure
    this.#change({ state: 'offline', since: this.#offlineSince, retryAt: now + wait, ...failure })
    return wait
  }

  #take(status: SessionStatus): void {
    if (status.state === 'greeting' || status.state === 'ended') return
    this.#metAt = this.#options.now()
    this.#meet(status.peer)
    if (status.state === 'comparing' && status.lost !== undefined) this.#options.onRestored?.(status.peer)
    this.#isHere = true
    this.#offlineSince = undefined
    this.#failure = undefined
    if (status.state !== 'comparing' && status.upTo > this.#upTo) {
      this.#upTo = status.upTo
      this.#hasLedOn = true
    }
    if (status.state === 'live') this.#liveSince ??= this.#options.now()
    if (status.state === 'receiving') {
      this.#change({ state: 'receiving', received: status.received, expected: status.expected })
    } else this.#change({ state: status.state })
  }

  #meet(peer: Peer): void {
    const former = this.#databaseId
    this.#peer = peer
    if (former === peer.databaseId) return
    this.#databaseId = peer.databaseId
    this.#upTo = 0
    this.#outbox.begin()
    void this.#keep()
    if (former !== undefined) this.#options.onReplaced?.(peer, this.#options.address, former)
  }

  async #wait(ms: number): Promise<void> {
    await new Promise<void>((resolve) => {
      const cancel = this.#options.timers.after(ms, resolve)
      this.#skipWait = () => {
        cancel()
        resolve()
      }
    })
    this.#skipWait = undefined
  }

  #change(state: LinkState): void {
    this.#state = state
    this.#options.onChange(this.status)
  }
}
