import { type DocumentId, RakkoError } from '@rakko/core'
import type { Document, Store } from '@rakko/store'

/** Documents that one read of the store asks for at most: what it returns stays small enough to hold. */
export const MAX_READ_TOGETHER = 250

interface Waiting {
  readonly id: DocumentId
  readonly resolve: (document: Document | undefined) => void
  readonly reject: (error: unknown) => void
}

export interface DocumentReadsOptions {
  readonly store: Pick<Store, 'documents'>
  /** See WriterOptions. */
  readonly pause?: (() => Promise<void>) | undefined
}

/**
 * Reads of single documents. Those in flight share a statement: what one costs hardly depends on how many documents it
 * finds. A call that comes while a read runs joins the next one, so it sees every write before it.
 */
export class DocumentReads {
  readonly #store: DocumentReadsOptions['store']
  readonly #pause: () => Promise<void>
  #waiting: Waiting[] = []
  #isReading = false

  constructor({ store, pause = async () => undefined }: DocumentReadsOptions) {
    this.#store = store
    this.#pause = pause
  }

  /** The latest view; undefined where the document is unknown. */
  read(id: DocumentId): Promise<Document | undefined> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ id, resolve, reject })
      if (!this.#isReading) void this.#readAll()
    })
  }

  async #readAll(): Promise<void> {
    this.#isReading = true
    while (this.#waiting.length > 0) {
      // A pause that fails lets fewer calls join, nothing more.
      await this.#pause().catch(() => undefined)
      const together = this.#waiting.splice(0, MAX_READ_TOGETHER)
      await this.#readTogether(together)
    }
    this.#isReading = false
  }

  /** Never rejects. */
  async #readTogether(together: readonly Waiting[]): Promise<void> {
    try {
      const documents = await this.#store.documents(together.map(({ id }) => id))
      for (const [index, { resolve }] of together.entries()) resolve(documents[index])
    } catch (error) {
      // One document that cannot be read must not take the others with it; a store that fails fails for all.
      if (together.length === 1 || isOfStore(error)) for (const { reject } of together) reject(error)
      else for (const one of together) await this.#readTogether([one])
    }
  }
}

function isOfStore(error: unknown): boolean {
  return error instanceof RakkoError && error.code === 'NODE_CLOSED'
}
