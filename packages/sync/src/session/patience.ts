import type { Timers } from '../timers.js'
import { ANSWER_MS } from './limits.js'
import { type SessionEnd, tooSlow } from './session-end.js'

/** What the peer owes. A peer that gives signs of life and nothing else is given up too. */
export class Patience {
  readonly #timers: Timers
  readonly #onEnd: (end: SessionEnd) => void
  readonly #waits = new Set<() => void>()
  #isOver = false
  /** Frames that the channel has not carried off yet, and whether one was since the timer began. */
  #unread = 0
  #wasRead = false
  #isWatching = false

  constructor(timers: Timers, onEnd: (end: SessionEnd) => void) {
    this.#timers = timers
    this.#onEnd = onEnd
  }

  /** Ends the session unless what is returned is called in time. */
  expect(what: string): () => void {
    if (this.#isOver) return () => undefined
    const cancel = this.#timers.after(ANSWER_MS, () => {
      this.#waits.delete(done)
      this.#onEnd(tooSlow(`No ${what} came`, ANSWER_MS))
    })
    const done = (): void => {
      this.#waits.delete(done)
      cancel()
    }
    this.#waits.add(done)
    return done
  }

  /** Ends the session where the peer reads none of what was sent. */
  watch(sent: Promise<void>): void {
    this.#unread += 1
    const wasRead = (): void => {
      this.#unread -= 1
      this.#wasRead = true
    }
    // Where it rejects, the channel tells so itself.
    sent.then(wasRead, wasRead)
    if (!this.#isWatching) this.#look()
  }

  end(): void {
    this.#isOver = true
    for (const done of this.#waits) done()
  }

  /** One timer for all frames: a timer for each would cost more than the frame. */
  #look(): void {
    if (this.#isOver) return
    this.#isWatching = true
    this.#wasRead = false
    const cancel = this.#timers.after(ANSWER_MS, () => {
      this.#waits.delete(cancel)
      this.#isWatching = false
      if (this.#unread === 0) return
      if (this.#wasRead) this.#look()
      else this.#onEnd(tooSlow('The peer has read nothing', ANSWER_MS))
    })
    this.#waits.add(cancel)
  }
}
