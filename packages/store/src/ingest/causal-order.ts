import { type Hash, operationIdsOf } from '@rakko/core'
import { type BareItem, previousOf, type ReceivedItem } from './received-item.js'

type Item = ReceivedItem | BareItem

/** Items so that one comes after those of them that it names in `previous`; otherwise in the order that they have. */
export function causalOrder(items: readonly Item[]): Item[] {
  const byHash = new Map<Hash, Item>(items.map((item) => [item.entryHash, item]))
  const ordered = new Set<Item>()
  for (const first of items) {
    const stack = [first]
    for (let item = stack.at(-1); item; item = stack.at(-1)) {
      const before = unorderedBefore(item, byHash, ordered)
      // Ids are hashes, so nothing follows itself and every way back ends.
      if (before.length > 0) stack.push(...before)
      else ordered.add(stack.pop() as Item)
    }
  }
  return [...ordered]
}

function unorderedBefore(item: Item, byHash: ReadonlyMap<Hash, Item>, ordered: ReadonlySet<Item>): Item[] {
  const previous = previousOf(item)
  if (previous === undefined) return []
  return operationIdsOf(previous)
    .flatMap((id) => byHash.get(id) ?? [])
    .filter((item) => !ordered.has(item))
}
