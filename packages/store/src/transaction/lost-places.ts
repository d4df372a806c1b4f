import type { DocumentId, Entry, Hash } from '@rakko/core'

/** Where an entry belongs that comes to a place which is lost. */
export interface LostPlace {
  /** The number that a CREATE had. Undefined for other entries. */
  readonly create: number | undefined
  /** Whether its hash says that this is the entry which was lost. */
  readonly isKnown: boolean
}

/** What a transaction knows of entries that were lost and come again. */
export class LostPlaces {
  /** By the hash of an entry that has come. */
  readonly #places = new Map<Hash, LostPlace>()
  /** Entries that may be the lost one of a document, or another one. */
  readonly #unclear = new Set<Hash>()
  /** Latest entries of logs that are lost. */
  readonly #heads = new Set<Hash>()
  /** Places of logs that this transaction has filled. */
  readonly #filled = new Set<string>()
  #free: number[] = []
  readonly #taken = new Set<number>()
  /** Documents that such entries belong to: they are reduced once all of it is stored. */
  readonly documents = new Set<DocumentId>()
  /** Numbers of documents that have no row, and got one for this transaction. */
  readonly placed: bigint[] = []

  /** Arrival numbers that are in use again. */
  get taken(): readonly number[] {
    return [...this.#taken]
  }

  add(hash: Hash, place: LostPlace): void {
    this.#places.set(hash, place)
  }

  /** Nobody can tell whether this CREATE is the lost one. It has to come again with what names it. */
  leaveUnclear(hash: Hash): void {
    this.#unclear.add(hash)
  }

  isUnclear(hash: Hash): boolean {
    return this.#unclear.has(hash)
  }

  /** No other entry at that place becomes the latest of its log: it would not be known any more when it comes. */
  keepHead(hash: Hash): void {
    this.#heads.add(hash)
  }

  isLostHead(hash: Hash): boolean {
    return this.#heads.has(hash)
  }

  /** Whether the entry is the one that was lost. */
  isKnown(hash: Hash): boolean {
    return this.#places.get(hash)?.isKnown ?? false
  }

  /** Whether it takes the lost place. Of entries that nothing tells apart, only the first does. */
  fill(hash: Hash, place: string): boolean {
    const lost = this.#places.get(hash)
    if (!lost || (!lost.isKnown && this.#filled.has(place))) {
      this.#places.delete(hash)
      return false
    }
    this.#filled.add(place)
    return true
  }

  /** How many numbers `free` has to be given, so that each of so many entries gets one where there is one for it. */
  countFor(entries: number): number {
    return entries + this.#taken.size
  }

  /** Arrival numbers, ascending, that no entry has, and no CREATE had. */
  free(numbers: readonly number[]): void {
    this.#free = numbers.filter((number) => !this.#taken.has(number))
  }

  /**
   * The arrival number of an entry that comes again: that of a CREATE is known. For others it is any that was lost behind
   * `after`, the document's. Undefined where there is none. None is given out twice.
   */
  take(hash: Hash, after: number): number | undefined {
    const own = this.#places.get(hash)?.create
    const index = own === undefined ? this.#free.findIndex((free) => free > after) : -1
    const number = own ?? (index < 0 ? undefined : this.#free.splice(index, 1)[0])
    if (number === undefined || this.#taken.has(number)) return undefined
    this.#taken.add(number)
    return number
  }
}

/** The place of an entry in its log. */
export function placeOf({ publicKey, logId, seqNum }: Pick<Entry, 'publicKey' | 'logId' | 'seqNum'>): string {
  return `${publicKey} ${logId} ${seqNum}`
}
