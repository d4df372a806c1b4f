import type { LiveUpdate, PlacedRow, WireRow } from '@rakko/node/rpc'
import type { LiveDelta, LiveResult } from './live.js'

/** A live query's rows as its updates make them. */
export class LiveRows<Row> {
  readonly #toRow: (row: WireRow) => Row
  #rows: readonly Row[] = []

  constructor(toRow: (row: WireRow) => Row) {
    this.#toRow = toRow
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
    this.#rows = rows
    const { startCursor, endCursor, hasNextPage, hasPreviousPage, count } = around
    return { rows, startCursor, endCursor, hasNextPage, hasPreviousPage, count, delta: { ...delta, changed: replaced } }
  }
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
