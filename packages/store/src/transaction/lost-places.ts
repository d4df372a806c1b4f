import type { DocumentId, Hash } from '@rakko/core'

/** The place of an entry that was lost: nothing is stored there, though the log goes on. */
export interface LostPlace {
  /** The document's number, where its CREATE is lost. That of a CREATE is its own arrival number. */
  readonly document: number | undefined
}

/** What a transaction knows of entries that were lost and come again. */
export class LostPlaces {
  /** By the hash of an entry that has come. */
  readonly #places = new Map<Hash, LostPlace>()
  readonly #free: number[] = []
  /** Documents that such entries belong to: they are reduced once all of it is stored. */
  readonly documents = new Set<DocumentId>()
  /** Arrival numbers that are in use again. */
  readonly taken: number[] = []
  /** Numbers of documents that have no row, and got one for this transaction. */
  readonly placed: bigint[] = []

  get areThere(): boolean {
    return this.#places.size > 0
  }

  has(hash: Hash): boolean {
    return this.#places.has(hash)
  }

  add(hash: Hash, place: LostPlace): void {
    this.#places.set(hash, place)
  }

  /** Arrival numbers, ascending, that no entry has, and no CREATE had. */
  free(numbers: readonly number[]): void {
    this.#free.splice(0, this.#free.length, ...numbers.filter((number) => !this.taken.includes(number)))
  }

  /**
   * The arrival number of an entry that comes again: that of a CREATE is known. For others it is any that was lost behind
   * `after`, the document's. Undefined where there is none.
   */
  take(hash: Hash, isCreate: boolean, after: number): number | undefined {
    const own = isCreate ? this.#places.get(hash)?.document : undefined
    const index = this.#free.findIndex((free) => free > after)
    const number = own ?? (index < 0 ? undefined : this.#free.splice(index, 1)[0])
    if (number !== undefined) this.taken.push(number)
    return number
  }
}
