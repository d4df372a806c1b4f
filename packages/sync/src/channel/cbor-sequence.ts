import { type RakkoError, refusal } from '@rakko/core'
import { frameTooLarge } from '../frame-too-large.js'

export interface CborSequenceLimits {
  /** Of one item. */
  readonly maxItemBytes: number
  /** How deep arrays, maps and tags may be nested; 16 where it is left out. */
  readonly maxDepth?: number | undefined
}

const DEFAULT_MAX_DEPTH = 16
const INITIAL_BYTES = 4_096
/** What an array, a map or a string of indefinite length waits for: a break, instead of so many items. */
const UNTIL_BREAK = -1
const ARRAY = 4
const MAP = 5
const TAG = 6
const SIMPLE = 7
const INDEFINITE = 31
const BREAK = 0xff

/**
 * Parts a stream of bytes into its CBOR items, as they come. Heads are read once, content is passed over: the work is
 * linear, however the stream is cut. What it keeps of an item that is not whole is at most twice its bytes. An item
 * that comes out is well-formed as far as it is parted; what is in it is for its decoder.
 */
export class CborSequence {
  readonly #maxItemBytes: number
  readonly #maxDepth: number
  /** The item that is not whole yet. */
  #kept = new Uint8Array(INITIAL_BYTES)
  #keptBytes = 0
  /** Items that are to come on each level, the outermost first. */
  readonly #open: number[] = []
  /** Bytes of content that are to come, and are passed over. */
  #content = 0
  /** Bytes of a head that are to come behind its first, and their value so far. */
  #headLeft = 0
  #major = 0
  #argument = 0

  constructor(limits: CborSequenceLimits) {
    this.#maxItemBytes = limits.maxItemBytes
    this.#maxDepth = limits.maxDepth ?? DEFAULT_MAX_DEPTH
  }

  /** Whether an item has begun and is not whole. */
  get isInside(): boolean {
    return this.#keptBytes > 0
  }

  /**
   * The items that these bytes make whole, copies of their own. Small items take some hundred times their bytes, so
   * chunks should be small, as those of a socket are. Throws INVALID_FRAME and FRAME_TOO_LARGE, after which the stream
   * cannot be read on.
   */
  push(chunk: Uint8Array): Uint8Array[] {
    const items: Uint8Array[] = []
    let start = 0
    let at = 0
    while (at < chunk.length) {
      at += this.#step(chunk, at)
      if (this.#keptBytes + at - start > this.#maxItemBytes) throw this.#tooLarge()
      if (this.#isWhole) {
        items.push(this.#take(chunk.subarray(start, at)))
        start = at
      }
    }
    this.#keep(chunk.subarray(start))
    return items
  }

  /** The stream has ended. Throws INVALID_FRAME where it ends inside of an item. */
  end(): void {
    if (this.isInside) throw invalid('a whole item', 'the end of the stream')
  }

  get #isWhole(): boolean {
    return this.#content === 0 && this.#headLeft === 0 && this.#open.length === 0
  }

  /** Reads a byte of a head, or passes content over; returns how many bytes that were. */
  #step(chunk: Uint8Array, at: number): number {
    if (this.#content > 0) {
      const passed = Math.min(this.#content, chunk.length - at)
      this.#content -= passed
      if (this.#content === 0) this.#close()
      return passed
    }
    const byte = chunk[at] as number
    if (this.#headLeft === 0) {
      this.#begin(byte)
      return 1
    }
    this.#argument = this.#argument * 256 + byte
    this.#headLeft -= 1
    if (this.#headLeft === 0) this.#enter()
    return 1
  }

  #begin(byte: number): void {
    if (byte === BREAK) {
      if (this.#open.at(-1) !== UNTIL_BREAK) throw invalid('an item', 'a break')
      this.#open.pop()
      this.#close()
      return
    }
    const info = byte & 31
    this.#major = byte >> 5
    if (info === INDEFINITE) {
      if (this.#major < 2 || this.#major > MAP) throw invalid('a known head', `the byte ${byte}`)
      this.#nest(UNTIL_BREAK)
      return
    }
    if (info > 27) throw invalid('a known head', `the byte ${byte}`)
    this.#argument = info < 24 ? info : 0
    this.#headLeft = info < 24 ? 0 : 2 ** (info - 24)
    if (this.#headLeft === 0) this.#enter()
  }

  /** A head is whole. */
  #enter(): void {
    const argument = this.#argument
    const major = this.#major
    if (major < 2 || major === SIMPLE) this.#close()
    else if (major < ARRAY) this.#pass(argument)
    else if (major === TAG) this.#nest(1)
    else if (argument === 0) this.#close()
    else this.#nest(major === MAP ? 2 * argument : argument)
  }

  #pass(bytes: number): void {
    if (bytes > this.#maxItemBytes) throw this.#tooLarge()
    this.#content = bytes
    if (bytes === 0) this.#close()
  }

  #nest(items: number): void {
    if (this.#open.length >= this.#maxDepth) throw invalid(`at most ${this.#maxDepth} levels`, 'more')
    // Each takes a byte at least.
    if (items > this.#maxItemBytes) throw this.#tooLarge()
    this.#open.push(items)
  }

  /** An item inside is whole, and so may be those around it. */
  #close(): void {
    while (this.#open.length > 0) {
      const last = this.#open.length - 1
      const left = this.#open[last] as number
      if (left === UNTIL_BREAK) return
      this.#open[last] = left - 1
      if (left > 1) return
      this.#open.pop()
    }
  }

  #take(rest: Uint8Array): Uint8Array {
    const item = new Uint8Array(this.#keptBytes + rest.length)
    item.set(this.#kept.subarray(0, this.#keptBytes))
    item.set(rest, this.#keptBytes)
    this.#keptBytes = 0
    if (this.#kept.length > INITIAL_BYTES) this.#kept = new Uint8Array(INITIAL_BYTES)
    return item
  }

  /** Memory that doubles: many small chunks cost no more than few large ones. */
  #keep(bytes: Uint8Array): void {
    const needed = this.#keptBytes + bytes.length
    if (needed > this.#kept.length) {
      const larger = new Uint8Array(Math.max(needed, 2 * this.#kept.length))
      larger.set(this.#kept.subarray(0, this.#keptBytes))
      this.#kept = larger
    }
    this.#kept.set(bytes, this.#keptBytes)
    this.#keptBytes = needed
  }

  #tooLarge(): RakkoError {
    return frameTooLarge(this.#maxItemBytes, 'more')
  }
}

function invalid(expected: string, got: string): RakkoError {
  return refusal('INVALID_FRAME', { field: 'item', expected, got, about: 'Invalid frame' })
}
