import { type ComparedRange, FINGERPRINT_BYTES, ID_BYTES, MAX_FRAME_RANGES, rangeBytes } from './range.js'

/** As many ids as any memory holds. */
const MAX_COUNT = 2 ** 32 - 1
/** One range that stands for the rest of all. */
const REST = {
  kind: 'fingerprint',
  upper: new Uint8Array(),
  count: MAX_COUNT,
  fingerprint: new Uint8Array(FINGERPRINT_BYTES),
} as const
const REST_BYTES = rangeBytes(REST)
/** Of a range that is left whole, or of a part. */
export const MAX_WHOLE_BYTES = rangeBytes({ ...REST, upper: new Uint8Array(ID_BYTES) })
/** Part of a frame that is kept, at most, for leaving whole what comes behind: the first ranges need room to get on. */
const KEPT = 1 / 2

/** The frame that replies to a frame, while it grows range by range within what it may have. */
export class Reply {
  readonly ranges: ComparedRange[] = []
  readonly #maxBytes: number
  /** For each range that was got, and one more: the bytes of leaving whole it and all behind it. */
  readonly #wholeBytes: Float64Array
  #bytes = 0

  constructor(got: readonly ComparedRange[], maxBytes: number) {
    this.#maxBytes = maxBytes
    this.#wholeBytes = new Float64Array(got.length + 1)
    for (let index = got.length - 1; index >= 0; index -= 1) {
      const range = got[index] as ComparedRange
      this.#wholeBytes[index] = (this.#wholeBytes[index + 1] as number) + wholeBytes(range)
    }
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
    const behind = this.#wholeBytes.length - index - 2
    const bytesBehind = this.#wholeBytes[index + 1] as number
    const isSmall = ranges === 1 && bytes + bytesBehind <= (this.#wholeBytes[index] as number)
    let [keptRanges, keptBytes] = [0, 0]
    // In any case for the one that stands for all others.
    if (behind > 0) [keptRanges, keptBytes] = [1, REST_BYTES]
    if (behind > 0 && !isSmall) {
      keptRanges = Math.min(behind, KEPT * MAX_FRAME_RANGES)
      keptBytes = Math.max(REST_BYTES, Math.min(bytesBehind, KEPT * this.#maxBytes))
    }
    return (
      this.ranges.length + ranges + keptRanges <= MAX_FRAME_RANGES && this.#bytes + bytes + keptBytes <= this.#maxBytes
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

function wholeBytes({ kind, upper }: ComparedRange): number {
  return rangeBytes(kind === 'skip' ? { kind, upper } : { ...REST, upper })
}
