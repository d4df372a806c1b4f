interface Step<Item> {
  readonly item: Item
  readonly before: Iterator<Item>
}

/**
 * Items with all that comes before them, each once and after what it names. Otherwise the order stays. `before` is
 * called once for each item, and each that it names is looked at once: strangers decide how many there are.
 */
export function walkBefore<Item>(items: readonly Item[], before: (item: Item) => Iterable<Item>): Item[] {
  const ordered: Item[] = []
  const seen = new Set<Item>()
  const path: Step<Item>[] = []
  const enter = (item: Item): void => {
    if (seen.has(item)) return
    seen.add(item)
    path.push({ item, before: before(item)[Symbol.iterator]() })
  }
  for (const first of items) {
    enter(first)
    for (let step = path.at(-1); step; step = path.at(-1)) {
      const { value, done } = step.before.next()
      // Ids are hashes, so nothing follows itself: an item that was seen and has no place yet is not on the way here.
      if (!done) enter(value)
      else ordered.push((path.pop() as Step<Item>).item)
    }
  }
  return ordered
}
