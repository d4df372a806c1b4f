import { addWords, compareWords, WORDS, type Words } from './id-words.js'

/** Ids of a leaf: 4 KB. Longer ones take less memory beside the ids, and more time for each sum. */
export const LEAF_IDS = 128
export const INNER_CHILDREN = 32
/** A part of the ids of a tree, ascending, with what they add up to. Ranks are counted from its first id. */
export interface IdNode {
  readonly count: number
  readonly sum: Words
  /** The leaf with the id of that rank, which has to be here, and at which word it begins there. */
  locate(rank: number): Located
  /** How many ids are below. */
  rank(bound: Words): number
  /** Adds the first ids, as many as `rank` says, each as often as `times` says: 1 or -1. */
  addBelow(rank: number, sum: Words, times: number): void
  /** An id that is not here. Returns the upper half of the node, where it had to be parted: its parent takes it in. */
  insert(id: Words): IdNode | undefined
}

export interface Located {
  readonly ids: Words
  readonly at: number
  /** Ids of the leaf from there on. */
  readonly count: number
}

export class Leaf implements IdNode {
  count = 0
  readonly sum: Words = new Uint32Array(WORDS)
  readonly #ids: Words = new Uint32Array(LEAF_IDS * WORDS)

  locate(rank: number): Located {
    return { ids: this.#ids, at: rank * WORDS, count: this.count - rank }
  }

  rank(bound: Words): number {
    let [low, high] = [0, this.count]
    while (low < high) {
      const middle = (low + high) >> 1
      if (compareWords(this.#ids, middle * WORDS, bound, 0) < 0) low = middle + 1
      else high = middle
    }
    return low
  }

  addBelow(rank: number, sum: Words, times: number): void {
    for (let at = 0; at < rank * WORDS; at += WORDS) addWords(sum, this.#ids, at, times)
  }

  insert(id: Words): Leaf | undefined {
    const rank = this.rank(id)
    if (this.count < LEAF_IDS) {
      this.#insertAt(rank, id)
      return undefined
    }
    // Ids that come ascending, as all do at first, fill leaf after leaf.
    const half = rank === LEAF_IDS ? LEAF_IDS : LEAF_IDS / 2
    const upper = this.#part(half)
    if (rank < half) this.#insertAt(rank, id)
    else upper.#insertAt(rank - half, id)
    return upper
  }

  #insertAt(rank: number, id: Words): void {
    const at = rank * WORDS
    const end = this.count * WORDS
    this.count += 1
    this.#ids.copyWithin(at + WORDS, at, end)
    this.#ids.set(id, at)
    addWords(this.sum, id, 0, 1)
  }

  #part(half: number): Leaf {
    const rest = this.count - half
    const upper = new Leaf()
    upper.#ids.set(this.#ids.subarray(half * WORDS, this.count * WORDS))
    upper.count = rest
    upper.addBelow(rest, upper.sum, 1)
    this.count = half
    addWords(this.sum, upper.sum, 0, -1)
    return upper
  }
}

export class Inner implements IdNode {
  count = 0
  readonly sum: Words = new Uint32Array(WORDS)
  readonly #children: IdNode[]

  /** Children are of one depth, none empty. */
  constructor(children: IdNode[]) {
    this.#children = children
    for (const child of children) {
      this.count += child.count
      addWords(this.sum, child.sum, 0, 1)
    }
  }

  locate(rank: number): Located {
    let [index, left] = [0, rank]
    for (; left >= this.#child(index).count; index += 1) left -= this.#child(index).count
    return this.#child(index).locate(left)
  }

  rank(bound: Words): number {
    const index = this.#indexOf(bound)
    let rank = this.#child(index).rank(bound)
    for (let before = 0; before < index; before += 1) rank += this.#child(before).count
    return rank
  }

  addBelow(rank: number, sum: Words, times: number): void {
    let left = rank
    for (const child of this.#children) {
      if (left < child.count) {
        child.addBelow(left, sum, times)
        return
      }
      addWords(sum, child.sum, 0, times)
      left -= child.count
    }
  }

  insert(id: Words): Inner | undefined {
    const index = this.#indexOf(id)
    const added = this.#child(index).insert(id)
    this.count += 1
    addWords(this.sum, id, 0, 1)
    if (added === undefined) return undefined
    this.#children.splice(index + 1, 0, added)
    return this.#children.length > INNER_CHILDREN ? this.#part(index + 1) : undefined
  }

  /** As a leaf: children that come ascending fill node after node. */
  #part(added: number): Inner {
    const last = this.#children.length - 1
    const upper = new Inner(this.#children.splice(added === last ? last : this.#children.length / 2))
    this.count -= upper.count
    addWords(this.sum, upper.sum, 0, -1)
    return upper
  }

  /** The last child that begins at or below an id, else the first. */
  #indexOf(id: Words): number {
    let [low, high] = [0, this.#children.length - 1]
    while (low < high) {
      const middle = (low + high + 1) >> 1
      const { ids, at } = this.#child(middle).locate(0)
      if (compareWords(ids, at, id, 0) <= 0) low = middle
      else high = middle - 1
    }
    return low
  }

  #child(index: number): IdNode {
    return this.#children[index] as IdNode
  }
}
