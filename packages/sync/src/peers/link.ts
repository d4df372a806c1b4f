import { RakkoError } from '@rakko/core'
import type { Channel, Dialling } from '../channel/channel.js'
import { failed } from '../channel/channel-error.js'
import { SILENCE_MS } from '../session/limits.js'
import type { Peer } from '../session/peer.js'
import type { Meter } from '../session/pull/meter.js'
import { type SessionResult, SyncSession } from '../session/session.js'
import type { SessionOptions } from '../session/session-options.js'
import type { SessionStatus } from '../session/session-status.js'
import { Signal } from '../session/signal.js'
import { Backoff } from './backoff.js'
import type { MetPeer, PeerMemory } from './met-peer.js'
import { Outbox } from './outbox.js'
import { type Failure, type LinkState, linkOf, type PeerStatus } from './peer-status.js'
import { replacements } from './replacements.js'
import type { Sharing } from './sharing.js'

export interface LinkOptions
  extends Omit<SessionOptions, 'channel' | 'onStatus' | 'onBacklog' | 'onNew' | 'share' | 'meterOf'> {
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
}

/** While a session runs, what is known of the peer is kept so often, in milliseconds, where it has changed. */
const KEEP_MS = 5_000

/** Ends of a session that another dial would only meet again. */
const REFUSALS = new Set(['wrong-version', 'same-node', 'proof-failed', 'not-allowed'])

/** A session that was live so long, in milliseconds, was of use, also where nothing new came of it. */
const LIVE_MS = 60_000

/**
 * How many times as long as the one before a peer may be silent after it was found too slow, and at most. A browser tells
 * nothing of a frame before it is whole, however slow the line is.
 */
const PATIENCE = 2
const MOST_PATIENCE = 8

/** A dial that has got no answer for so long, in milliseconds, was for a network that is gone, if the device woke up. */
const HUNG_MS = 2_000

/** Keeps a session with the peer at an address: dials, speaks, and dials again, until it is closed. */
export class Link {
  readonly #options: LinkOptions
  readonly #backoff: Backoff
  readonly #running: Promise<void>
  /** Over once the link is closed. */
  readonly #signal = new Signal()
  readonly #replacedBy: (databaseId: string) => string | undefined
  #state: LinkState = { state: 'connecting' }
  #peer: Peer | undefined
  /** Of the database that was met last. */
  #databaseId: string | undefined
  #metAt: number | undefined
  /** Whether the session has met it. */
  #isHere = false
  /** Since when the session is live. */
  #liveSince: number | undefined
  /** Since when it could not be reached, and why it last could not. */
  #away: (Failure & { readonly offlineSince: number }) | undefined
  readonly #outbox: Outbox
  #cancelKeeping: (() => void) | undefined
  /** What runs with the peer now. */
  session: SyncSession | undefined
  #dialling: Dialling | undefined
  #patience = 1
  #dialledAt = 0
  /** The dial is given up for another one. */
  #isRedialling = false
  /** When it is dialled next, and when it may be at the earliest, while it is offline. */
  #dueAt = 0
  #soonAt = 0

  constructor(options: LinkOptions) {
    this.#options = options
    this.#backoff = new Backoff(options.draw)
    this.#replacedBy = replacements(options.now)
    this.#outbox = new Outbox(options.replica, () => options.onChange(this.status))
    this.#running = this.#run()
  }

  get status(): PeerStatus {
    const { toSend } = this.#outbox.backlog
    return { address: this.#options.address, peer: this.#peer, metAt: this.#metAt, toSend, link: this.#state }
  }

  /**
   * Dials now instead of later: the network has changed, or the device woke up. A dial that hangs begins anew. A channel
   * that lives is asked.
   */
  poke(): void {
    this.#backoff.reset()
    this.session?.poke()
    this.#dialAt(0)
    if (this.#dialling === undefined || this.#options.now() - this.#dialledAt < HUNG_MS) return
    this.#isRedialling = true
    this.#dialling.abort()
  }

  /** This node has written: the next dial comes soon. What other peers send brings none forward. */
  wrote(): void {
    const { now } = this.#options
    const state = this.#state
    const retryAt = Math.max(now(), this.#soonAt)
    if (state.state !== 'offline' || state.retryAt <= retryAt) return
    this.#change({ ...state, retryAt })
    this.#dialAt(retryAt)
  }

  async close(): Promise<void> {
    this.#signal.end()
    this.#dialling?.abort()
    this.session?.close()
    await this.#running
    this.#outbox.close()
  }

  async #run(): Promise<void> {
    await this.#findMet()
    while (!this.#signal.isOver) {
      this.#change({ state: 'connecting', ...this.#away })
      await this.#wait(await this.#speak())
    }
  }

  async #wait(ms: number): Promise<void> {
    const { timers, now } = this.#options
    this.#dueAt = now() + ms
    while (!this.#signal.isOver) {
      const dueAt = this.#dueAt
      const left = dueAt - now()
      // A clock that is put back does not make it longer.
      if (left <= 0 || (await this.#signal.within(timers, left, () => dueAt !== this.#dueAt))) return
    }
  }

  #dialAt(time: number): void {
    this.#dueAt = time
    this.#signal.tell()
  }

  /** Returns how long to wait before the next dial. */
  async #speak(): Promise<number> {
    const { address, dial, now } = this.#options
    let channel: Channel
    this.#isRedialling = false
    this.#dialledAt = now()
    try {
      this.#dialling = dial(address)
      channel = await this.#dialling.channel
    } catch (cause) {
      this.#dialling = undefined
      if (this.#isRedialling) return 0
      return this.#offline({ error: failed('The dial', cause) })
    }
    // Who gives up what is open already can say goodbye.
    this.#dialling = undefined
    if (this.#signal.isOver || this.#isRedialling) {
      channel.close()
      return 0
    }
    let hasBrought = false
    this.#isHere = false
    this.#liveSince = undefined
    const { sharing, identity, meterOf, silenceMs = SILENCE_MS } = this.#options
    this.session = new SyncSession({
      ...this.#options,
      silenceMs: silenceMs * this.#patience,
      channel,
      meterOf: meterOf && (() => meterOf(address)),
      share: sharing.link(address),
      identity: { ...identity, address },
      onStatus: (status) => this.#take(status),
      onBacklog: () => this.#backlogChanged(),
      onNew: () => {
        hasBrought = true
      },
    })
    this.#outbox.follow(this.session)
    const result = await this.session.run()
    this.session = undefined
    if (this.#isHere) this.#metAt = now()
    await this.#outbox.leave()
    await this.#keep()
    const { code, by } = result
    if (hasBrought || now() - (this.#liveSince ?? Infinity) >= LIVE_MS) {
      this.#backoff.reset()
      this.#patience = 1
    }
    const isSlow = code === 'too-slow' && by === 'us' && channel.receivedBytes === undefined
    if (isSlow) this.#patience = Math.min(PATIENCE * this.#patience, MOST_PATIENCE)
    return this.#ended(result)
  }

  async #findMet(): Promise<void> {
    const { memory, address } = this.#options
    const met = await memory.find(address).catch(() => undefined)
    if (met === undefined) return
    this.#databaseId = met.databaseId
    this.#replacedBy(met.databaseId)
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
    if (code === 'lost' || !REFUSALS.has(code)) {
      const error = cause instanceof RakkoError ? cause : new RakkoError('CHANNEL_CLOSED', text)
      return this.#offline({ error, code, by })
    }
    const wait = this.#backoff.afterRefusal()
    this.#change({ state: 'refused', code, by, text, retryAt: this.#options.now() + wait })
    return wait
  }

  #offline(failure: Failure): number {
    const now = this.#options.now()
    const wait = this.#backoff.wait()
    this.#soonAt = now + this.#backoff.soon()
    const since = this.#away?.offlineSince ?? now
    this.#away = { offlineSince: since, ...failure }
    this.#change({ state: 'offline', since, retryAt: now + wait, ...failure })
    return wait
  }

  #take(status: SessionStatus): void {
    if (status.state === 'greeting' || status.state === 'ended') return
    this.#metAt = this.#options.now()
    this.#meet(status.peer)
    this.#isHere = true
    this.#away = undefined
    if (status.state === 'live') this.#liveSince ??= this.#options.now()
    this.#change(linkOf(status))
  }

  #meet(peer: Peer): void {
    this.#peer = peer
    if (this.#databaseId !== peer.databaseId) {
      this.#databaseId = peer.databaseId
      this.#outbox.begin()
      void this.#keep()
    }
    const former = this.#replacedBy(peer.databaseId)
    if (former !== undefined) this.#options.onReplaced?.(peer, this.#options.address, former)
  }

  #change(state: LinkState): void {
    this.#state = state
    this.#options.onChange(this.status)
  }
}
