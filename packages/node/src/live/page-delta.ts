/**
 * How a page becomes another. First take out the rows that `left` and those that `moved`, by the places that they had.
 * Then put in what `entered` and what `moved`, in ascending order of the new places. Last replace what `changed`, by
 * new places.
 */
export interface PageDelta<Document> {
  readonly entered: readonly PlacedDocument<Document>[]
  /** Places before, ascending. */
  readonly left: readonly number[]
  readonly moved: readonly { readonly from: number; readonly to: number }[]
  /** Rows that stayed or moved. */
  readonly changed: readonly PlacedDocument<Document>[]
}

export interface PlacedDocument<Document> {
  /** Place after the change. */
  readonly index: number
  readonly document: Document
}

/** A row has changed where it is another object; as few rows move as can be. */
export function pageDelta<Document extends { readonly id: string }>(
  before: readonly Document[],
  after: readonly Document[],
): PageDelta<Document> {
  const places = new Map(before.map(({ id }, index) => [id, index]))
  const entered: PlacedDocument<Document>[] = []
  const changed: PlacedDocument<Document>[] = []
  const kept: { readonly from: number; readonly to: number }[] = []
  for (const [index, document] of after.entries()) {
    const from = places.get(document.id)
    if (from === undefined) {
      entered.push({ index, document })
      continue
    }
    places.delete(document.id)
    kept.push({ from, to: index })
    if (before[from] !== document) changed.push({ index, document })
  }
  const inPlace = longestRise(kept.map(({ from }) => from))
  const moved = kept.filter((_, index) => !inPlace.has(index))
  return { entered, left: [...places.values()], moved, changed }
}

export function isEmptyDelta({ entered, left, moved, changed }: PageDelta<unknown>): boolean {
  return entered.length + left.length + moved.length + changed.length === 0
}

/** Indexes of a longest rising subsequence of different numbers. */
function longestRise(numbers: readonly number[]): ReadonlySet<number> {
  /** Of each length, the index of the lowest number that a rise of this length ends with. */
  const ends: number[] = []
  const previous: (number | undefined)[] = []
  for (const [index, number] of numbers.entries()) {
    let low = 0
    let high = ends.length
    while (low < high) {
      const middle = (low + high) >> 1
      if ((numbers[ends[middle] as number] as number) < number) low = middle + 1
      else high = middle
    }
    previous.push(ends[low - 1])
    ends[low] = index
  }
  const rise = new Set<number>()
  for (let index = ends.at(-1); index !== undefined; index = previous[index]) rise.add(index)
  return rise
}
