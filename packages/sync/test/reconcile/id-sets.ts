import { compareBytes } from '@rakko/core'
import type { Random } from '../../../../.config/testing/random.js'
import { IdTree } from '../../src/reconcile/id-tree.js'
import { ID_BYTES } from '../../src/reconcile/range.js'

/** An id that begins with these bytes; the rest is zero. */
export function idOf(...bytes: readonly number[]): Uint8Array {
  const id = new Uint8Array(ID_BYTES)
  id.set(bytes)
  return id
}

/** Ids as hashes are, beside some that differ late, that end in zeros or that are the first or the last of all. */
export function randomIds(random: Random, count: number): Uint8Array[] {
  const ids: Uint8Array[] = []
  const base = random.bytes(ID_BYTES)
  while (ids.length < count) {
    const kind = random.integer(12)
    const id = kind === 0 ? base.slice() : random.bytes(ID_BYTES)
    if (kind === 0) id.set(random.bytes(2), random.integer(ID_BYTES - 1))
    if (kind === 1) id.fill(0, random.integer(3))
    if (kind === 2) id.fill(255, random.integer(3))
    ids.push(id)
  }
  return ids
}

/** Ids as hashes are, but ascending, which makes trees of them quickly. */
export function ascendingIds(random: Random, count: number): Uint8Array[] {
  return Array.from({ length: count }, (_, index) => {
    const id = new Uint8Array(ID_BYTES)
    const view = new DataView(id.buffer)
    view.setUint32(0, ((index + random.number()) * 2 ** 32) / count)
    for (let at = 4; at < ID_BYTES; at += 4) view.setUint32(at, random.number() * 2 ** 32)
    return id
  })
}

export function shuffled<Item>(items: readonly Item[], random: Random): Item[] {
  return items
    .map((item) => ({ item, key: random.number() }))
    .sort((a, b) => a.key - b.key)
    .map(({ item }) => item)
}

export function treeOf(ids: Iterable<Uint8Array>): IdTree {
  const tree = new IdTree()
  for (const id of ids) tree.add(id)
  return tree
}

/** Ascending, each once. */
export function sorted(ids: readonly Uint8Array[]): Uint8Array[] {
  return [...ids]
    .sort(compareBytes)
    .filter((id, index, all) => index === 0 || compareBytes(id, all[index - 1] ?? id) !== 0)
}

/** Ids of a list of 32 bytes each. */
export function idsOf(list: Uint8Array): Uint8Array[] {
  return Array.from({ length: list.length / ID_BYTES }, (_, index) =>
    list.slice(index * ID_BYTES, (index + 1) * ID_BYTES),
  )
}
