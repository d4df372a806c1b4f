import { MemoryData } from '../../src/memory/memory-data.js'
import { MemoryStore } from '../../src/memory/memory-store.js'
import type { StoreHarness } from '../acceptance/store-harness.js'
import { verifier } from './author.js'

interface Opening {
  readonly data: MemoryData
  readonly now: () => number
}

/** Stores without a database; one that is opened again goes on with the data of the first. */
export class MemoryHarness implements StoreHarness<MemoryStore> {
  readonly #openings = new WeakMap<MemoryStore, Opening>()
  #opened = 0
  #stores = 0

  async open({ schemas = [], now = Date.now }: Parameters<StoreHarness['open']>[0] = {}): Promise<MemoryStore> {
    this.#opened += 1
    return this.#open({ data: new MemoryData(this.#opened.toString(16).padStart(32, '0'), schemas), now })
  }

  async reopen(store: MemoryStore): Promise<MemoryStore> {
    return this.#open(this.#opening(store))
  }

  async dump(store: MemoryStore): Promise<unknown> {
    const { data } = this.#opening(store)
    return structuredClone({ ...data })
  }

  #open(opening: Opening): MemoryStore {
    this.#stores += 1
    opening.data.opening = new Uint8Array(16).fill(this.#stores)
    const store = new MemoryStore({ ...opening, verifier })
    this.#openings.set(store, opening)
    return store
  }

  #opening(store: MemoryStore): Opening {
    const opening = this.#openings.get(store)
    if (!opening) throw new Error('a store of another harness')
    return opening
  }
}
