import type { Timers } from '@rakko/node'

const MAX_SLICES = 1_000

/** Timers of a node's maintenance. A quiet moment comes when it is wanted, not after a second. */
export class QuietMoments implements Timers {
  #next: (() => void) | undefined

  setTimeout(callback: () => void): unknown {
    this.#next = callback
    return callback
  }

  clearTimeout(timer: unknown): void {
    if (timer === this.#next) this.#next = undefined
  }

  /**
   * Lets the node do all maintenance that is due. Returns the longest time, in milliseconds, for which it held the
   * event loop. A call that comes at the worst moment waits so long.
   */
  async pass(): Promise<number> {
    let longest = 0
    for (let slices = 0; this.#next !== undefined; slices++) {
      if (slices > MAX_SLICES) throw new Error('there is no end to the maintenance')
      const next = this.#next
      this.#next = undefined
      const start = performance.now()
      next()
      await new Promise((resolve) => setImmediate(resolve))
      longest = Math.max(longest, performance.now() - start)
    }
    return longest
  }
}
