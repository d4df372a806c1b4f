/** Entries whose decisions are taken back at once, at most; of one document any number. */
export const MAX_TAKEN_BACK = 4_096
/** So many more each second. */
const A_SECOND = 10

/**
 * How many decisions may be taken back. A stranger may hold payloads back, and give them one by one. For each a node
 * decides about a whole document, and gives it to its peers again. What is beyond the rate stays as it was decided:
 * the next comparison finds it.
 */
export class TakeBackRate {
  readonly #now: () => number
  #used = 0
  #at: number

  /** `now`: milliseconds since 1970. */
  constructor(now: () => number) {
    this.#now = now
    this.#at = now()
  }

  /** Whether so many entries may be taken back now. */
  hasRoom(entries: number): boolean {
    const now = this.#now()
    this.#used = Math.max(0, this.#used - (Math.max(0, now - this.#at) * A_SECOND) / 1_000)
    this.#at = now
    return this.#used === 0 || this.#used + entries <= MAX_TAKEN_BACK
  }

  /** So many were. */
  add(entries: number): void {
    this.#used += entries
  }
}
