import { type Hash, operationIdsOf } from '@rakko/core'
import { type PayloadLessItem, previousOf, type ReceivedItem } from './received-item.js'
import { walkBefore } from './walk-before.js'

type Item = ReceivedItem | PayloadLessItem

/** Sorts items so that each comes after those that it names in `previous`. Otherwise they keep their order. */
export function causalOrder(items: readonly Item[]): Item[] {
  const byHash = new Map<Hash, Item>(items.map((item) => [item.entryHash, item]))
  return walkBefore(items, (item) => {
    const previous = previousOf(item)
    return previous === undefined ? [] : operationIdsOf(previous).flatMap((id) => byHash.get(id) ?? [])
  })
}
