const WINDOW_MS = 60_000
/** Of one event, from one household. */
const LINES_PER_HOUSEHOLD = 20
/** Of all events, from all of them: an attacker may have as many networks of IPv6 as it likes. */
const LINES_IN_ALL = 1_000

/** How many lines callers make a hub write in a minute. */
export class LineLimit {
  readonly #told = new Map<string, number>()
  /** By event: lines that were not written since the last one that was. */
  readonly #untold = new Map<string, number>()
  #windowAt = Number.NEGATIVE_INFINITY
  #all = 0

  /** Returns how many lines of the event were left out before this one; undefined where this one is left out too. */
  take(event: string, household: string, now: number): number | undefined {
    if (now - this.#windowAt >= WINDOW_MS || now < this.#windowAt) {
      this.#windowAt = now
      this.#all = 0
      this.#told.clear()
    }
    const untold = this.#untold.get(event) ?? 0
    const key = `${event} ${household}`
    const told = this.#told.get(key) ?? 0
    if (told >= LINES_PER_HOUSEHOLD || this.#all >= LINES_IN_ALL) {
      this.#untold.set(event, untold + 1)
      return undefined
    }
    this.#told.set(key, told + 1)
    this.#all += 1
    this.#untold.delete(event)
    return untold
  }
}
