import type { Hash } from '@rakko/core'

/**
 * Entries of one log that links may name: their hashes by sequence number, in its order. A Map for each of thousands of
 * logs takes several times the memory. What is asked for lies mostly at the end.
 */
export class LogEntries {
  #seqNums: bigint[] = []
  #hashes: Hash[] = []

  at(seqNum: bigint): Hash | undefined {
    const place = this.#placeOf(seqNum)
    return this.#seqNums[place] === seqNum ? this.#hashes[place] : undefined
  }

  set(seqNum: bigint, hash: Hash): void {
    const place = this.#placeOf(seqNum)
    if (this.#seqNums[place] === seqNum) this.#hashes[place] = hash
    else if (place === this.#seqNums.length) {
      this.#seqNums.push(seqNum)
      this.#hashes.push(hash)
    } else {
      this.#seqNums.splice(place, 0, seqNum)
      this.#hashes.splice(place, 0, hash)
    }
  }

  get size(): number {
    return this.#seqNums.length
  }

  filter(keep: (seqNum: bigint) => boolean): LogEntries {
    const kept = new LogEntries()
    for (const [place, seqNum] of this.#seqNums.entries())
      if (keep(seqNum)) kept.set(seqNum, this.#hashes[place] as Hash)
    return kept
  }

  /** Of the first entry at or after `seqNum`. */
  #placeOf(seqNum: bigint): number {
    let [low, high] = [0, this.#seqNums.length]
    while (low < high) {
      // From the end at first: an entry's links name mostly the ones just before it.
      const middle = high === this.#seqNums.length ? high - 1 : (low + high) >> 1
      if ((this.#seqNums[middle] as bigint) < seqNum) low = middle + 1
      else high = middle
    }
    return low
  }
}
