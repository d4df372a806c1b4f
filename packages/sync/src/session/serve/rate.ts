import type { Timers } from '../../timers.js'

/** How often something may happen in a time. */
export class Rate {
  readonly #timers: Timers
  readonly #most: number
  readonly #ms: number
  /** Of what has happened within the time. */
  readonly #cancels = new Set<() => void>()

  constructor(timers: Timers, most: number, ms: number) {
    this.#timers = timers
    this.#most = most
    this.#ms = ms
  }

  /** Whether it may happen now; then it counts. */
  take(): boolean {
    if (this.#cancels.size >= this.#most) return false
    const cancel = this.#timers.after(this.#ms, () => this.#cancels.delete(cancel))
    this.#cancels.add(cancel)
    return true
  }

  end(): void {
    for (const cancel of this.#cancels) cancel()
    this.#cancels.clear()
  }
}
