/** Places for callers: so many in all, and so many for each. */
export class Places {
  readonly #most: number
  readonly #mostForEach: number
  readonly #taken = new Map<string, number>()
  #count = 0

  constructor(most: number, mostForEach: number) {
    this.#most = most
    this.#mostForEach = mostForEach
  }

  get count(): number {
    return this.#count
  }

  /** Takes a place. Returns what there is too much of, where there is none. */
  take(caller: string): 'in all' | 'from this address' | undefined {
    if (this.#count >= this.#most) return 'in all'
    const taken = this.#taken.get(caller) ?? 0
    if (taken >= this.#mostForEach) return 'from this address'
    this.#count += 1
    this.#taken.set(caller, taken + 1)
    return undefined
  }

  /** Gives back one that was taken. */
  giveBack(caller: string): void {
    this.#count -= 1
    const left = (this.#taken.get(caller) ?? 0) - 1
    if (left > 0) this.#taken.set(caller, left)
    else this.#taken.delete(caller)
  }
}
