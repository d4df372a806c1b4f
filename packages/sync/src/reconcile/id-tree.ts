import { blake3, bytesToHex, type Hash } from '@rakko/core'
import { type IdNode, Inner, Leaf } from './id-node.js'
import { compareWords, WORDS, type Words, wordsOf, writeWords } from './id-words.js'
import { FINGERPRINT_BYTES, ID_BYTES } from './range.js'

/** What every hash begins with, as text. */
const HASH_PREFIX = '0020'

/**
 * A set of ids, ordered, that knows what any range of them adds up to. Adding, finding and adding up take O(log n),
 * listing k ids O(k + log n). An id takes 32 to 48 bytes of memory. Ids that are added in ascending order fill
 * it best and quickest.
 *
 * The rank of an id is how many are below it, so a range is two ranks: the first from 0, the second excluded. Ranks
 * move when ids are added.
 */
export class IdTree {
  #root: IdNode = new Leaf()

  get size(): number {
    return this.#root.count
  }

  /** 32 bytes, without `0020`. Returns whether it was not there. */
  add(id: Uint8Array): boolean {
    const words = wordsOf(id)
    if (this.#has(words)) return false
    const upper = this.#root.insert(words)
    if (upper !== undefined) this.#root = new Inner([this.#root, upper])
    return true
  }

  /** How many ids are below a bound: up to 32 bytes of an id, the rest zero. */
  rank(bound: Uint8Array): number {
    return this.#root.rank(wordsOf(bound))
  }

  /** 16 bytes, as the store defines them (packages/store/docs/sync-seam.md). */
  fingerprint(from: number, to: number): Uint8Array {
    const sum = new Uint32Array(WORDS)
    this.#root.addBelow(to, sum, 1)
    this.#root.addBelow(from, sum, -1)
    const bytes = new Uint8Array(ID_BYTES + 8)
    writeWords(sum, 0, 1, bytes, 0)
    // There are fewer than 2^32 ids in any memory.
    new DataView(bytes.buffer).setUint32(ID_BYTES + 4, to - from)
    return blake3(bytes).slice(0, FINGERPRINT_BYTES)
  }

  /** The shortest prefix that parts the id of a rank from the one below it; both have to be there. */
  boundAt(rank: number): Uint8Array {
    const [below, above] = [this.list(rank - 1, rank), this.list(rank, rank + 1)]
    let length = 0
    while (below[length] === above[length]) length += 1
    return above.slice(0, length + 1)
  }

  /** The ids of a range, ascending, 32 bytes each, one after another. */
  list(from: number, to: number): Uint8Array {
    const bytes = new Uint8Array((to - from) * ID_BYTES)
    for (let rank = from; rank < to; ) {
      const { ids, at, count } = this.#root.locate(rank)
      const taken = Math.min(count, to - rank)
      writeWords(ids, at, taken, bytes, (rank - from) * ID_BYTES)
      rank += taken
    }
    return bytes
  }

  /** All ids, ascending, as the hashes that they are: made as they are read, for as text an id takes some 120 bytes. */
  *hashes(): Generator<Hash, void> {
    for (let rank = 0; rank < this.size; rank += 1) {
      yield `${HASH_PREFIX}${bytesToHex(this.list(rank, rank + 1))}` as Hash
    }
  }

  clear(): void {
    this.#root = new Leaf()
  }

  #has(id: Words): boolean {
    const rank = this.#root.rank(id)
    if (rank === this.size) return false
    const { ids, at } = this.#root.locate(rank)
    return compareWords(ids, at, id, 0) === 0
  }
}
