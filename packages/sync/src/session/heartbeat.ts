import type { Channel } from '../channel/channel.js'
import type { Timers } from '../timers.js'
import { SILENCE_MS, WAKE_MS } from './limits.js'
import type { Send } from './send.js'
import { type SessionEnd, tooSlow } from './session-end.js'

export interface HeartbeatOptions {
  readonly timers: Timers
  readonly send: Send
  readonly onEnd: (end: SessionEnd) => void
  /** After how long a silent peer is given up; default SILENCE_MS. After each third of it, it is asked. */
  readonly silenceMs?: number | undefined
  readonly channel: Pick<Channel, 'receivedBytes'>
}

/** A silent peer is looked at so often before it is given up. */
const LOOKS = 3

/**
 * Asks a silent peer for a sign of life, and gives it up when none comes; answers when the peer asks. A large frame may
 * take longer on a slow line: its bytes are signs of life too, where the channel tells of them.
 */
export class Heartbeat {
  readonly #options: HeartbeatOptions
  readonly #silenceMs: number
  #receivedBytes: number | undefined
  /** How often nothing had come since it was looked before. */
  #silences = 0
  #cancel: (() => void) | undefined
  #pings = 0
  #isAlive = true
  #isOver = false
  /** The peer's latest Ping, until it is answered. */
  #pinged: number | undefined
  #isAnswering = false

  constructor(options: HeartbeatOptions) {
    this.#options = options
    this.#silenceMs = options.silenceMs ?? SILENCE_MS
  }

  start(): void {
    if (this.#isOver) return
    this.#isAlive = false
    this.#silences = 0
    this.#lookIn(this.#silenceMs / LOOKS)
  }

  /** Something came from the peer. */
  beat(): void {
    this.#isAlive = true
  }

  /** The peer asks. Only its latest question is answered once it reads: a flood of them piles up nothing. */
  pinged(number: number): void {
    this.#pinged = number
    if (this.#isAnswering) return
    this.#isAnswering = true
    // The channel's end is told by the channel itself.
    this.#answer().catch(() => undefined)
  }

  stop(): void {
    this.#isOver = true
    this.#pinged = undefined
    this.#cancel?.()
  }

  /** Asks now. A peer that does not answer soon is given up. */
  ask(): void {
    // Before it has begun the greeting has a time of its own.
    if (this.#isOver || this.#cancel === undefined) return
    this.#isAlive = false
    this.#cancel()
    this.#silences = LOOKS - 1
    this.#ping()
    this.#lookIn(Math.min(WAKE_MS, this.#silenceMs))
  }

  async #answer(): Promise<void> {
    while (this.#pinged !== undefined) {
      const number = this.#pinged
      this.#pinged = undefined
      await this.#options.send({ type: 'pong', number }).taken
    }
    this.#isAnswering = false
  }

  #lookIn(ms: number): void {
    this.#receivedBytes = this.#options.channel.receivedBytes
    this.#cancel = this.#options.timers.after(ms, () => this.#look())
  }

  #look(): void {
    if (this.#isAlive) {
      this.start()
      return
    }
    this.#silences = this.#receivedBytes === this.#options.channel.receivedBytes ? this.#silences + 1 : 0
    if (this.#silences >= LOOKS) {
      this.#options.onEnd(tooSlow('No sign of life came', this.#silenceMs))
      return
    }
    // Also where bytes come: the peer may hear nothing until they have all left it.
    this.#ping()
    this.#lookIn(this.#silenceMs / LOOKS)
  }

  #ping(): void {
    this.#pings += 1
    // The channel's end is told by the channel itself.
    this.#options.send({ type: 'ping', number: this.#pings }).taken.catch(() => undefined)
  }
}
