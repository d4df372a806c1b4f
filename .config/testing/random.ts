/** Numbers from 0 to 1, 1 excluded, the same for the same seed (mulberry32). */
export function randomNumbers(from: number): () => number {
  let state = from >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let bits = Math.imul(state ^ (state >>> 15), state | 1)
    bits ^= bits + Math.imul(bits ^ (bits >>> 7), bits | 61)
    return ((bits ^ (bits >>> 14)) >>> 0) / 2 ** 32
  }
}

/** Random choices, the same for the same seed. */
export class Random {
  /** 0 to 1, 1 excluded. */
  readonly number: () => number

  constructor(from: number) {
    this.number = randomNumbers(from)
  }

  /** 0 to `below`, excluded. */
  integer(below: number): number {
    return Math.floor(this.number() * below)
  }

  chance(probability: number): boolean {
    return this.number() < probability
  }

  pick<Item>(items: readonly Item[]): Item {
    if (items.length === 0) throw new Error('nothing to pick from')
    return items[this.integer(items.length)] as Item
  }

  /** Up to `most` different items. */
  some<Item>(items: readonly Item[], most: number): Item[] {
    const count = this.integer(most + 1)
    return [...new Set(Array.from({ length: count }, () => this.pick(items)))]
  }

  bytes(length: number): Uint8Array {
    return Uint8Array.from({ length }, () => this.integer(256))
  }
}
