import type { DocumentId, Hash, Verifier } from '@rakko/core'
import { createStore, type DocumentStore, type Driver, MAX_SYNC_ITEMS, type Store } from '@rakko/store'
import type { Mark, Place } from './place.js'
import { TableCopies } from './table-copies.js'

/** What a PostgreSQL schema is when a store has never been opened in it. */
export const NEW_COPY = 'as new'

export interface PglitePlaceOptions {
  readonly driver: Driver
  /** PostgreSQL schema that the tables live in. */
  readonly schemaName: string
  readonly verifier: Verifier
  readonly now: () => number
  readonly random: (length: number) => Uint8Array
}

/**
 * A PostgreSQL schema of a database that many nodes share. Whatever is committed there stays: what a crash loses is
 * what the store was not asked for yet.
 */
export class PglitePlace implements Place {
  readonly #options: PglitePlaceOptions
  readonly #copies: TableCopies
  #store: Store | undefined
  #isSaved = false

  constructor(options: PglitePlaceOptions) {
    this.#options = options
    this.#copies = new TableCopies(options.driver, options.schemaName)
  }

  async open(): Promise<DocumentStore> {
    // The store before is not closed: it would close the database of all others too.
    this.#store = await createStore({ ...this.#options, purge: { policy: 'all', graceMs: 0 }, verifyEveryMs: Infinity })
    return this.#store
  }

  async purge(): Promise<void> {
    while ((await this.#store?.maintain()) !== undefined);
  }

  async forget(document: DocumentId): Promise<void> {
    await this.#store?.forget({ document })
  }

  mark(): Mark {
    return { keep: () => undefined }
  }

  async wipe(): Promise<void> {
    await this.#copies.restore(NEW_COPY)
    this.#store = undefined
  }

  save(): Promise<void> {
    this.#isSaved = true
    return this.#copies.save(this.#copy)
  }

  async restore(): Promise<boolean> {
    if (!this.#isSaved) return false
    await this.#copies.restore(this.#copy)
    // Whoever looks before a process starts gets a store that knows nothing of what was there before.
    await this.open()
    return true
  }

  async heldIds(): Promise<ReadonlySet<Hash>> {
    const held = new Set<Hash>()
    for (let number = 0; this.#store !== undefined; ) {
      const { entries, upTo, latest } = await this.#store.sync.entriesAfter(number, { items: MAX_SYNC_ITEMS })
      for (const { id, entry } of entries) if (entry !== undefined) held.add(id)
      number = upTo.number
      if (number >= latest) break
    }
    return held
  }

  get #copy(): string {
    return `${this.#options.schemaName} saved`
  }
}
