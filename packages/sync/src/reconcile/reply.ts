import { type ComparedRange, MAX_FRAME_RANGES, RANGE_BYTES, rangeBytes } from './range.js'

/** Part of a frame that is kept, at most, for leaving whole what comes behind: the first ranges need room to get on. */
const KEPT = 1 / 2

/** The frame that replies to a frame, while it grows range by range within what it may have. */
export class Reply {
  readonly ranges: ComparedRange[] = []
  readonly #maxBytes: number
  /** How many ranges are replied to. */
  readonly #count: number
  #bytes = 0

  constructor(count: number, maxBytes: number) {
    this.#count = count
    this.#maxBytes = maxBytes
  }

  /** Adds what replies to the range at `index`, if there is room for it. Returns whether it did. */
  add(index: number, ranges: readonly ComparedRange[]): boolean {
    const bytes = ranges.reduce((sum, range) => sum + rangeBytes(range), 0)
    if (!this.hasRoom(index, ranges.length, bytes)) return false
    for (const range of ranges) this.#push(range)
    return true
  }

  /**
   * Whether there is room for what replies to the range at `index`. Where it takes more than leaving that whole, it has
   * to leave room for the others behind it to stay whole.
   */
  hasRoom(index: number, ranges: number, bytes: number): boolean {
    const behind = this.#count - index - 1
    const isSmall = ranges === 1 && bytes <= RANGE_BYTES
    // In any case for the one that stands for all others.
    const kept = isSmall
      ? Math.min(behind, 1)
      : Math.min(behind, KEPT * MAX_FRAME_RANGES, Math.ceil((KEPT * this.#maxBytes) / RANGE_BYTES))
    return (
      this.ranges.length + ranges + kept <= MAX_FRAME_RANGES &&
      this.#bytes + bytes + kept * RANGE_BYTES <= this.#maxBytes
    )
  }

  /** Adds the rest of all ranges as one: there always is room for it. */
  addRest(range: ComparedRange): void {
    this.ranges.push(range)
  }

  #push(range: ComparedRange): void {
    const last = this.ranges.at(-1)
    if (range.kind === 'skip' && last?.kind === 'skip') {
      this.ranges.pop()
      this.#bytes -= rangeBytes(last)
    }
    this.ranges.push(range)
    this.#bytes += rangeBytes(range)
  }
}
