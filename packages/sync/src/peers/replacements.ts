/** How long nothing more is told after the first time, in milliseconds: twice as long each time, at most the longest. */
const FIRST_MS = 60_000
const LONGEST_MS = 3_600_000

/** Finds out that there is another database at an address. One that is another each time is told less and less often. */
export class Replacements {
  readonly #now: () => number
  /** That was met first, or told last. */
  #known: string | undefined
  #quietUntil = 0
  #quietMs = FIRST_MS

  constructor(now: () => number) {
    this.#now = now
  }

  /** The database whose place this one has taken; undefined where that is none, known, or not to be told now. */
  of(databaseId: string): string | undefined {
    const former = this.#known
    const now = this.#now()
    if (former === databaseId || (former !== undefined && now < this.#quietUntil)) return undefined
    this.#known = databaseId
    if (former === undefined) return undefined
    this.#quietUntil = now + this.#quietMs
    this.#quietMs = Math.min(2 * this.#quietMs, LONGEST_MS)
    return former
  }
}
