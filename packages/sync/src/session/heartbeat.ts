import type { Timers } from '../timers.js'
import { SILENCE_MS, WAKE_MS } from './limits.js'
import type { Send } from './send.js'
import { type SessionEnd, tooSlow } from './session-end.js'

/** Asks a silent peer for a sign of life, and gives it up when none comes; answers when the peer asks. */
export class Heartbeat {
  readonly #timers: Timers
  readonly #send: Send
  readonly #onEnd: (end: SessionEnd) => void
  readonly #silenceMs: number
  #cancel: (() => void) | undefined
  #pings = 0
  #isAlive = true
  #isOver = false
  /** The peer's latest Ping, until it is answered. */
  #pinged: number | undefined
  #isAnswering = false

  /** `silenceMs`: after how long a silent peer is given up. After a third of it, it is asked. */
  constructor(timers: Timers, send: Send, onEnd: (end: SessionEnd) => void, silenceMs = SILENCE_MS) {
    this.#timers = timers
    this.#send = send
    this.#onEnd = onEnd
    this.#silenceMs = silenceMs
  }

  start(): void {
    if (this.#isOver) return
    this.#isAlive = false
    this.#cancel = this.#timers.after(this.#silenceMs / 3, () => this.#look())
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
    this.#look(Math.min(WAKE_MS, this.#waitMs))
  }

  async #answer(): Promise<void> {
    while (this.#pinged !== undefined) {
      const number = this.#pinged
      this.#pinged = undefined
      await this.#send({ type: 'pong', number }).taken
    }
    this.#isAnswering = false
  }

  get #waitMs(): number {
    return (this.#silenceMs * 2) / 3
  }

  #look(waitMs = this.#waitMs): void {
    if (this.#isAlive) {
      this.start()
      return
    }
    this.#pings += 1
    // The channel's end is told by the channel itself.
    this.#send({ type: 'ping', number: this.#pings }).taken.catch(() => undefined)
    this.#cancel = this.#timers.after(waitMs, () => {
      if (this.#isAlive) this.start()
      else this.#onEnd(tooSlow('No sign of life came', waitMs))
    })
  }
}
