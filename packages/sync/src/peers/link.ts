import { RakkoError } from '@rakko/core'
import type { Channel, Dialling } from '../channel/channel.js'
import type { Peer } from '../session/peer.js'
import { type SessionResult, SyncSession } from '../session/session.js'
import type { SessionOptions } from '../session/session-options.js'
import type { SessionStatus } from '../session/session-status.js'
import { Backoff } from './backoff.js'
import type { LinkState, PeerStatus } from './peer-status.js'

export interface LinkOptions extends Omit<SessionOptions, 'channel' | 'onStatus'> {
  readonly address: string
  readonly dial: (address: string) => Dialling
  /** Milliseconds since 1970. */
  readonly now: () => number
  /** 0 to 1. */
  readonly draw: () => number
  /** With how it stands now. */
  readonly onChange: (status: PeerStatus) => void
  /** The peer is known; before anything flows. */
  readonly onMet: (peer: Peer, address: string) => void
  /** The peer no longer has what it had when it was met last: it was restored from a copy. All is compared again. */
  readonly onRestored?: ((peer: Peer) => void) | undefined
}

/** Ends of a session that another dial would only meet again. */
const REFUSALS = new Set(['wrong-version', 'same-node', 'proof-failed', 'not-allowed'])

/** Keeps a session with the peer at an address: dials, speaks, and dials again, until it is closed. */
export class Link {
  readonly #options: LinkOptions
  readonly #backoff: Backoff
  readonly #running: Promise<void>
  #state: LinkState = { state: 'connecting' }
  #peer: Peer | undefined
  #metAt: number | undefined
  #session: SyncSession | undefined
  #dialling: Dialling | undefined
  #isClosed = false
  #skipWait: (() => void) | undefined

  constructor(options: LinkOptions) {
    this.#options = options
    this.#backoff = new Backoff(options.draw)
    this.#running = this.#run()
  }

  get status(): PeerStatus {
    const toSend = this.#session?.toSend ?? 0
    return { address: this.#options.address, peer: this.#peer, metAt: this.#metAt, toSend, link: this.#state }
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
  }

  async #run(): Promise<void> {
    while (!this.#isClosed) {
      this.#change({ state: 'connecting' })
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
      return this.#offline(cause instanceof RakkoError ? cause : new RakkoError('INTERNAL', words, {}, { cause }))
    }
    if (this.#isClosed) {
      channel.close()
      return 0
    }
    this.#session = new SyncSession({
      ...this.#options,
      channel,
      identity: { ...this.#options.identity, address },
      onStatus: (status) => this.#take(status),
    })
    const result = await this.#session.run()
    this.#session = undefined
    if (this.#peer !== undefined) this.#metAt = now()
    return this.#ended(result)
  }

  #ended({ code, by, text, cause }: SessionResult): number {
    if (!REFUSALS.has(code)) {
      return this.#offline(cause instanceof RakkoError ? cause : new RakkoError('CHANNEL_CLOSED', text, { code, by }))
    }
    const wait = this.#backoff.afterRefusal()
    this.#change({ state: 'refused', code, by, text, retryAt: this.#options.now() + wait })
    return wait
  }

  #offline(error: RakkoError): number {
    const now = this.#options.now()
    const wait = this.#backoff.wait()
    const since = this.#state.state === 'offline' ? this.#state.since : now
    this.#change({ state: 'offline', since, retryAt: now + wait, error })
    return wait
  }

  #take(status: SessionStatus): void {
    if (status.state === 'greeting' || status.state === 'ended') return
    if (this.#peer?.databaseId !== status.peer.databaseId) this.#options.onMet(status.peer, this.#options.address)
    if (status.state === 'comparing' && status.lost !== undefined) this.#options.onRestored?.(status.peer)
    this.#peer = status.peer
    this.#metAt = this.#options.now()
    this.#backoff.reset()
    if (status.state === 'receiving') {
      this.#change({ state: 'receiving', received: status.received, expected: status.expected })
    } else this.#change({ state: status.state })
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
