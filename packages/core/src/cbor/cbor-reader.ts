import { joinBytes } from '../bytes/byte-array.js'
import { decodeUtf8 } from '../bytes/utf8.js'
import type { RakkoError } from '../rakko-error.js'
import { refusal } from '../refusal.js'
import { float16ToNumber } from './float16.js'

/** Major types of RFC 8949, 3.1: the upper three bits of an item's first byte. */
export const MAJOR = { unsigned: 0, negative: 1, bytes: 2, text: 3, array: 4, map: 5, tag: 6, simple: 7 } as const
export type Major = (typeof MAJOR)[keyof typeof MAJOR]

/** Names of the major types, for errors. */
export const MAJOR_NAMES = ['int', 'int', 'bytes', 'text', 'array', 'map', 'tag', 'simple value'] as const

/** Simple values that mean something (RFC 8949, 3.3). */
export const SIMPLE = { false: 20, true: 21, null: 22, undefined: 23 } as const

/** Lower five bits of a first byte: up to 23 the argument itself, then its width, or the indefinite length. */
const ONE_BYTE = 24
const TWO_BYTES = 25
const FOUR_BYTES = 26
const EIGHT_BYTES = 27
export const INDEFINITE = 31

const SMALLEST_LONG_SIMPLE = 32
const BREAK_BYTE = 0xff

/** What a reader takes beyond RFC 8949. */
export interface CborTolerance {
  /** Chunks that have an indefinite length themselves. */
  readonly nestedChunks: boolean
  /** Simple values below 32 in two bytes: `f8 15` for true. */
  readonly longSimpleValues: boolean
}

const NOTHING_ELSE: CborTolerance = { nestedChunks: false, longSimpleValues: false }

/**
 * Reads CBOR head by head. `readHead` takes the head of the next item and leaves its parts in `major`, `info` and
 * `argument`. The caller then reads what follows, as the major type asks.
 *
 * A length is only a claim, so nothing is allocated because of one: content is a view of bytes that are there. Every
 * method throws INVALID_CBOR where the bytes are not well-formed.
 */
export class CborReader {
  readonly bytes: Uint8Array
  offset = 0
  /** Where the head last read begins. */
  headOffset = 0
  major: Major = 0
  /** Lower five bits of the head last read. */
  info = 0
  /** The head's argument: value, length, count or tag. Rounded beyond 2^53; `bigArgument` is exact. */
  argument = 0

  private readonly tolerance: CborTolerance

  constructor(bytes: Uint8Array, tolerance: CborTolerance = NOTHING_ELSE) {
    this.bytes = bytes
    this.tolerance = tolerance
  }

  /** Takes the head of the next item; returns its major type. */
  readHead(): Major {
    const { bytes, offset } = this
    const first = bytes[offset]
    if (first === undefined) throw this.truncated(offset)
    this.headOffset = offset
    this.major = (first >> 5) as Major
    this.info = first & 31
    if (this.info < ONE_BYTE) {
      this.argument = this.info
      this.offset = offset + 1
    } else {
      this.readLongHead()
    }
    return this.major
  }

  /** Calls `readElement` for each item (or pair) of the array (or map) whose head was read. */
  forEachElement(readElement: () => void): void {
    if (this.isIndefinite) {
      while (!this.takeBreak()) readElement()
      return
    }
    const count = this.argument
    for (let index = 0; index < count; index += 1) readElement()
  }

  /** Whether the next byte ends an item of indefinite length. If so, it is taken. */
  takeBreak(): boolean {
    if (this.offset >= this.bytes.length) throw this.truncated(this.offset)
    if (this.bytes[this.offset] !== BREAK_BYTE) return false
    this.offset += 1
    return true
  }

  get isIndefinite(): boolean {
    return this.info === INDEFINITE
  }

  /** Whether the head last read is a float's. */
  get isFloat(): boolean {
    return this.major === MAJOR.simple && this.info >= TWO_BYTES && this.info <= EIGHT_BYTES
  }

  get bigArgument(): bigint {
    if (this.info !== EIGHT_BYTES) return BigInt(this.argument)
    return (BigInt(uint32(this.bytes, this.headOffset + 1)) << 32n) | BigInt(uint32(this.bytes, this.headOffset + 5))
  }

  /** Value of the float whose head was read. */
  floatValue(): number {
    if (this.info === TWO_BYTES) return float16ToNumber(this.argument)
    const view = new DataView(this.bytes.buffer, this.bytes.byteOffset, this.bytes.byteLength)
    return this.info === FOUR_BYTES ? view.getFloat32(this.headOffset + 1) : view.getFloat64(this.headOffset + 1)
  }

  /** Content of the byte string whose head was read: a copy, chunks of an indefinite length joined. */
  bytesValue(): Uint8Array {
    if (!this.isIndefinite) return this.takeContent().slice()
    const chunks: Uint8Array[] = []
    this.readChunks(MAJOR.bytes, () => chunks.push(this.takeContent()))
    return joinBytes(chunks)
  }

  /** Content of the byte string of definite length whose head was read: a view, which lives as long as `bytes`. */
  bytesView(): Uint8Array {
    if (this.isIndefinite) throw this.malformed('a definite length', 'an indefinite length')
    return this.takeContent()
  }

  /** Content of the text string whose head was read. Each chunk of an indefinite length has to be UTF-8 by itself. */
  textValue(): string {
    if (!this.isIndefinite) return this.takeText()
    let text = ''
    this.readChunks(MAJOR.text, () => {
      text += this.takeText()
    })
    return text
  }

  malformed(expected: string, got: string, offset: number = this.headOffset): RakkoError {
    return refusal('INVALID_CBOR', { expected, got, about: `Malformed CBOR at byte ${offset}`, details: { offset } })
  }

  private readLongHead(): void {
    const { bytes, info } = this
    const start = this.offset + 1
    if (info === INDEFINITE) {
      if (this.major === MAJOR.simple) throw this.malformed('an item', 'a break')
      if (this.major < MAJOR.bytes || this.major === MAJOR.tag)
        throw this.malformed('an argument', 'an indefinite length')
      this.argument = 0
      this.offset = start
      return
    }
    if (info > EIGHT_BYTES) throw this.malformed('a known head', `reserved additional information ${info}`)
    const end = start + 2 ** (info - ONE_BYTE)
    if (end > bytes.length) throw this.truncated(start)
    if (info === ONE_BYTE) this.argument = bytes[start] as number
    else if (info === TWO_BYTES) this.argument = uint16(bytes, start)
    else if (info === FOUR_BYTES) this.argument = uint32(bytes, start)
    else this.argument = uint32(bytes, start) * 2 ** 32 + uint32(bytes, start + 4)
    if (this.major === MAJOR.simple && info === ONE_BYTE) this.checkLongSimple()
    this.offset = end
  }

  private checkLongSimple(): void {
    if (this.argument >= SMALLEST_LONG_SIMPLE || this.tolerance.longSimpleValues) return
    throw this.malformed(`a simple value from ${SMALLEST_LONG_SIMPLE} in two bytes`, `${this.argument}`)
  }

  /** Chunks have the type of the whole and definite lengths (RFC 8949, 3.2.3). */
  private readChunks(major: Major, takeChunk: () => void): void {
    // Nested chunks only mean that one more break has to come. Counting them is enough, however deep they go.
    let open = 1
    while (open > 0) {
      if (this.takeBreak()) {
        open -= 1
        continue
      }
      this.readHead()
      if (this.major !== major) throw this.malformed(`a chunk of ${MAJOR_NAMES[major]}`, MAJOR_NAMES[this.major])
      if (!this.isIndefinite) takeChunk()
      else if (this.tolerance.nestedChunks) open += 1
      else throw this.malformed('a chunk of definite length', 'an indefinite length')
    }
  }

  private takeContent(): Uint8Array {
    const start = this.takeLength()
    return this.bytes.subarray(start, this.offset)
  }

  private takeText(): string {
    const start = this.takeLength()
    const text = decodeUtf8(this.bytes, start, this.offset)
    if (text === undefined) throw this.malformed('UTF-8', 'other bytes')
    return text
  }

  /** Moves past the content that the head last read announces; returns where it begins. */
  private takeLength(): number {
    const start = this.offset
    const left = this.bytes.length - start
    if (this.argument > left) throw this.malformed(`${this.argument} bytes of content`, `${left} bytes`)
    this.offset = start + this.argument
    return start
  }

  private truncated(offset: number): RakkoError {
    return this.malformed('more bytes', 'the end', offset)
  }
}

function uint16(bytes: Uint8Array, offset: number): number {
  return ((bytes[offset] as number) << 8) | (bytes[offset + 1] as number)
}

function uint32(bytes: Uint8Array, offset: number): number {
  return uint16(bytes, offset) * 65_536 + uint16(bytes, offset + 2)
}
