import type { Timers } from '../../src/timers.js'

/** Time that passes when a test says so. */
export class HandTimers implements Timers {
  readonly #due = new Map<() => void, number>()
  #now = 0

  get now(): number {
    return this.#now
  }

  get waiting(): number {
    return this.#due.size
  }

  after(ms: number, work: () => void): () => void {
    const once = (): void => work()
    this.#due.set(once, this.#now + ms)
    return () => this.#due.delete(once)
  }

  /** Runs what is due within so many milliseconds, in order, and what that leads to. */
  async pass(ms: number): Promise<void> {
    const end = this.#now + ms
    for (;;) {
      const [next] = [...this.#due].filter(([, at]) => at <= end).toSorted(([, a], [, b]) => a - b)
      if (next === undefined) break
      const [work, at] = next
      this.#now = at
      this.#due.delete(work)
      work()
      await settle()
    }
    this.#now = end
  }
}

/** All that can happen without time passing. */
export function settle(): Promise<void> {
  return new Promise((resolve) => setImmediate(() => setImmediate(resolve)))
}
