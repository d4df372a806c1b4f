import { type Hash, operationIdsOf } from '@rakko/core'
import type { ReceivedItem } from './received-item.js'

/** Items so that one comes after those of them that it names in `previous`; otherwise in the order that they have. */
export function causalOrder(items: readonly ReceivedItem[]): ReceivedItem[] {
  const byHash = new Map<Hash, ReceivedItem>(items.map((item) => [item.entryHash, item]))
  const ordered = new Set<ReceivedItem>()
  for (const first of items) {
    const stack = [first]
    for (let item = stack.at(-1); item; item = stack.at(-1)) {
      const before = unorderedBefore(item, byHash, ordered)
      // Ids are hashes, so nothing follows itself and every way back ends.
      if (before.length > 0) stack.push(...before)
      else ordered.add(stack.pop() as ReceivedItem)
    }
  }
  return [...ordered]
}

function unorderedBefore(
  { plainOperation: { previous } }: ReceivedItem,
  byHash: ReadonlyMap<Hash, ReceivedItem>,
  ordered: ReadonlySet<ReceivedItem>,
): ReceivedItem[] {
  if (previous === undefined) return []
  return operationIdsOf(previous)
    .flatMap((id) => byHash.get(id) ?? [])
    .filter((item) => !ordered.has(item))
}
