/** The longest that a timer can wait; beyond it, it would fire at once. */
export const MAX_TIMER_MS = 2 ** 31 - 1

/** What a platform's timers are to a client: passed in. */
export interface Timers {
  setTimeout(callback: () => void, ms: number): unknown
  clearTimeout(timer: unknown): void
}

/** A moment by which a caller is free, whatever still runs for it then. */
export class Deadline {
  readonly #timers: Timers
  readonly #passed: Promise<void>
  #timer: unknown

  constructor(timers: Timers, ms: number) {
    this.#timers = timers
    this.#passed = new Promise((resolve) => {
      if (ms <= MAX_TIMER_MS) this.#timer = timers.setTimeout(resolve, ms)
    })
  }

  /**
   * Resolves when the work has ended, well or not, or when the moment has come. Work that nothing can stop, a system
   * call on a mount that is gone above all, is left behind.
   */
  async waitFor(work: Promise<unknown>): Promise<void> {
    await Promise.race([work.then(noop, noop), this.#passed])
  }

  clear(): void {
    this.#timers.clearTimeout(this.#timer)
  }
}

function noop(): void {}
