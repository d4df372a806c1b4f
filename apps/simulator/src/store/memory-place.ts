import type { DocumentId, Hash, Verifier } from '@rakko/core'
import type { DocumentStore } from '@rakko/store'
import { MemoryData, MemoryStore } from '@rakko/store/memory'
import type { Mark, Place } from './place.js'

export interface MemoryPlaceOptions {
  readonly verifier: Verifier
  readonly now: () => number
  /** Draws the id of a new database. */
  readonly drawId: () => string
  /** Draws the id of an opening. */
  readonly drawOpening: () => Uint8Array
}

/** Data in maps: what is durable is a copy of what the store works on. */
export class MemoryPlace implements Place {
  readonly #options: MemoryPlaceOptions
  #durable: MemoryData
  #saved: MemoryData | undefined
  #live: MemoryData
  #store: MemoryStore | undefined

  constructor(options: MemoryPlaceOptions) {
    this.#options = options
    this.#durable = new MemoryData(options.drawId())
    this.#live = this.#durable
  }

  async open(): Promise<DocumentStore> {
    this.#live = this.#durable.copy()
    this.#live.opening = this.#options.drawOpening()
    const { verifier, now } = this.#options
    this.#store = new MemoryStore({ data: this.#live, verifier, now })
    return this.#store
  }

  async purge(): Promise<void> {
    await this.#store?.purge()
  }

  async forget(document: DocumentId): Promise<void> {
    await this.#store?.forget({ document })
  }

  mark(): Mark {
    const marked = this.#live.copy()
    return {
      keep: () => {
        this.#durable = marked
      },
    }
  }

  async wipe(): Promise<void> {
    this.#durable = new MemoryData(this.#options.drawId())
  }

  async save(): Promise<void> {
    this.#saved = this.#durable.copy()
  }

  async restore(): Promise<boolean> {
    if (this.#saved === undefined) return false
    this.#durable = this.#saved.copy()
    return true
  }

  async heldIds(): Promise<ReadonlySet<Hash>> {
    return new Set(this.#durable.arrived.flatMap(({ id, entry }) => (entry === undefined ? [] : [id])))
  }
}
