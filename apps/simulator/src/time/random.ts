/** Random choices, the same for the same seed (mulberry32). */
export class Random {
  #state: number

  constructor(seed: number) {
    this.#state = seed >>> 0
  }

  /** Choices of their own for a part of a world: what another part draws does not change them. */
  static of(...parts: readonly number[]): Random {
    let state = 0x9e3779b9
    for (const part of parts) {
      state = Math.imul(state ^ (part >>> 0), 0x85ebca6b)
      state = Math.imul(state ^ (state >>> 15), 0xc2b2ae35)
    }
    return new Random(state)
  }

  /** 0 to 1, 1 excluded. */
  number(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0
    let bits = Math.imul(this.#state ^ (this.#state >>> 15), this.#state | 1)
    bits ^= bits + Math.imul(bits ^ (bits >>> 7), bits | 61)
    return ((bits ^ (bits >>> 14)) >>> 0) / 2 ** 32
  }

  /** 0 to `below`, excluded. */
  integer(below: number): number {
    return Math.floor(this.number() * below)
  }

  /** Both included. */
  between(least: number, most: number): number {
    return least + this.integer(most - least + 1)
  }

  chance(probability: number): boolean {
    return this.number() < probability
  }

  pick<Item>(items: readonly Item[]): Item {
    if (items.length === 0) throw new Error('nothing to pick from')
    return items[this.integer(items.length)] as Item
  }

  bytes(length: number): Uint8Array {
    return Uint8Array.from({ length }, () => this.integer(256))
  }
}
