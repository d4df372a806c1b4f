import { inject } from 'vitest'

declare module 'vitest' {
  interface ProvidedContext {
    seed: number
  }
}

/** Of this run's random cases: `SEED=… npm test` runs them again. */
export const seed = inject('seed')

/** Random choices, the same for the same seed (mulberry32). */
export class Random {
  #state: number

  constructor(from: number) {
    this.#state = from >>> 0
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
}
