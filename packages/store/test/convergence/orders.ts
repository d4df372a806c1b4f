import type { OperationId } from '@rakko/core'
import type { Random } from '../../../../.config/testing/random.js'
import type { SignedItem } from '../support/author.js'

export type Dependencies = ReadonlyMap<OperationId, readonly OperationId[]>

/** An order in which everything comes after what it needs. */
export function causalOrder(random: Random, items: readonly SignedItem[], dependencies: Dependencies): SignedItem[] {
  const left = new Set(items)
  const ordered: SignedItem[] = []
  while (left.size > 0) {
    const next = random.pick(ready(left, dependencies))
    left.delete(next)
    ordered.push(next)
  }
  return ordered
}

/** Each such order once. */
export function* allCausalOrders(items: readonly SignedItem[], dependencies: Dependencies): Generator<SignedItem[]> {
  if (items.length === 0) yield []
  for (const next of ready(new Set(items), dependencies)) {
    const rest = items.filter((item) => item !== next)
    for (const order of allCausalOrders(rest, dependencies)) yield [next, ...order]
  }
}

function ready(left: ReadonlySet<SignedItem>, dependencies: Dependencies): SignedItem[] {
  const missing = new Set([...left].map(({ id }) => id))
  return [...left].filter(({ id }) => !(dependencies.get(id) ?? []).some((one) => missing.has(one)))
}

export function shuffled<Item>(random: Random, items: readonly Item[]): Item[] {
  return items
    .map((item) => ({ item, key: random.number() }))
    .sort((a, b) => a.key - b.key)
    .map(({ item }) => item)
}

/** How an order is cut into calls. */
export type Cut = 'one call' | 'one by one' | 'batches'

export const CUTS: readonly Cut[] = ['one call', 'one by one', 'batches']

export function cutInto<Item>(random: Random, items: readonly Item[], cut: Cut): Item[][] {
  if (cut === 'one call') return [[...items]]
  if (cut === 'one by one') return items.map((item) => [item])
  const batches: Item[][] = []
  for (const item of items) {
    const last = batches.at(-1)
    if (last && random.chance(0.6)) last.push(item)
    else batches.push([item])
  }
  return batches
}
