/** The first wait, in milliseconds. */
const FIRST_MS = 500
const LONGEST_MS = 60_000
/** Where there is something to send. */
const SOON_MS = 5_000
/** A peer that refused is not asked again and again. */
const REFUSED_MS = 300_000

/**
 * How long to wait before the next dial: twice as long each time, each drawn between the half and the whole. So the
 * apps of a hub that starts again do not come all at once.
 */
export class Backoff {
  readonly #random: () => number
  #next = FIRST_MS

  /** `random`: 0 to 1. */
  constructor(random: () => number) {
    this.#random = random
  }

  wait(): number {
    const most = this.#next
    this.#next = Math.min(2 * this.#next, LONGEST_MS)
    return this.#drawn(most)
  }

  /** After which the next dial may come instead, since there is something to send. */
  soon(): number {
    return this.#drawn(SOON_MS)
  }

  afterRefusal(): number {
    return this.#drawn(REFUSED_MS)
  }

  /** The peer was reached: the next failure is a new one. */
  reset(): void {
    this.#next = FIRST_MS
  }

  #drawn(most: number): number {
    return Math.round((most * (1 + this.#random())) / 2)
  }
}
