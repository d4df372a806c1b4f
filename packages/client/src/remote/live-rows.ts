import { isEmptyDelta, type LiveUpdate, type PlacedRow, pageDelta, type WireRow } from '@rakko/node/rpc'
import { isSameValue } from './is-same-value.js'
import type { LiveDelta, LiveResult } from './live.js'

/** A live query's rows as its updates make them. */
export class LiveRows<Row> {
  readonly #toRow: (row: WireRow) => Row
  #latest: LiveResult<Row> | undefined

  constructor(toRow: (row: WireRow) => Row) {
    this.#toRow = toRow
  }

  get #rows(): readonly Row[] {
    return this.#latest?.rows ?? []
  }

  /**
   * The whole page anew, from somebody who does not know what was told before. What is the same stays; undefined where
   * all is.
   */
  replace(update: LiveUpdate): LiveResult<Row> | undefined {
    const { entered, left: _left, moved: _moved, changed: _changed, ...around } = update
    if (this.#latest === undefined) return this.apply(update)
    const { delta: _delta, rows, ...before } = this.#latest
    const held = rows.map((row) => ({ id: idOf(row), row }))
    const byId = new Map(held.map((one) => [one.id, one]))
    const found = entered.map(({ row: wire }) => {
      const row = this.#toRow(wire)
      const known = byId.get(wire.id)
      return known !== undefined && isSameValue(known.row, row) ? known : { id: wire.id as string, row }
    })
    const delta = pageDelta(held, found)
    if (isEmptyDelta(delta) && isSameValue(before, pageAround(around))) return undefined
    const at = (index: number): Row => rows[index] as Row
    const placed = ({ index, document }: { index: number; document: { row: Row } }) => ({ index, row: document.row })
    return this.#tell(
      found.map(({ row }) => row),
      around,
      {
        entered: delta.entered.map(placed),
        left: delta.left.map((index) => ({ index, row: at(index) })),
        moved: delta.moved.map(({ from, to }) => ({ from, to, row: at(from) })),
        changed: delta.changed.map(({ index, document: { id, row } }) => {
          return { index, row, before: (byId.get(id) as { row: Row }).row }
        }),
      },
    )
  }

  apply({ entered, left, moved, changed, ...around }: LiveUpdate): LiveResult<Row> {
    const before = this.#rows
    const at = (index: number): Row => before[index] as Row
    const placed = ({ index, row }: PlacedRow) => ({ index, row: this.#toRow(row) })
    const delta: LiveDelta<Row> = {
      entered: entered.map(placed),
      left: left.map((index) => ({ index, row: at(index) })),
      moved: moved.map(({ from, to }) => ({ from, to, row: at(from) })),
      changed: [],
    }
    const gone = new Set([...left, ...moved.map(({ from }) => from)])
    const stay = before.filter((_, index) => !gone.has(index))
    const put = [...delta.entered, ...delta.moved.map(({ to, row }) => ({ index: to, row }))]
    const rows = insert(stay, new Map(put.map(({ index, row }) => [index, row])))
    const replaced = changed.map(placed).map((one) => ({ ...one, before: rows[one.index] as Row }))
    for (const { index, row } of replaced) rows[index] = row
    return this.#tell(rows, around, { ...delta, changed: replaced })
  }

  #tell(rows: Row[], around: Around, delta: LiveDelta<Row>): LiveResult<Row> {
    const result = { rows, ...pageAround(around), delta }
    this.#latest = result
    return result
  }
}

type Around = Omit<LiveUpdate, 'entered' | 'left' | 'moved' | 'changed'>

function pageAround({ startCursor, endCursor, hasNextPage, hasPreviousPage, count }: Around) {
  return { startCursor, endCursor, hasNextPage, hasPreviousPage, count }
}

function idOf(row: unknown): string {
  return (row as { readonly $id: string }).$id
}

/** The rows with others put in at the places that these have afterwards. */
function insert<Row>(stay: readonly Row[], put: ReadonlyMap<number, Row>): Row[] {
  const rows: Row[] = []
  let next = 0
  while (rows.length < stay.length + put.size) {
    const index = rows.length
    rows.push((put.has(index) ? put.get(index) : stay[next++]) as Row)
  }
  return rows
}
