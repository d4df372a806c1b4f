import { bytesToHex, CborReader, type Hash, MAJOR, MAJOR_NAMES, type Major, SIMPLE } from '@rakko/core'
import { invalidFrame } from '../invalid-frame.js'

const NULL_BYTE = (MAJOR.simple << 5) | SIMPLE.null
/** What YASMF puts before the 32 bytes of BLAKE3. */
const HASH_PREFIX = '0020'
const ID_BYTES = 32

/** The smallest argument that needs a head of this width, by the width's code: 24 to 27. */
const SMALLEST_ARGUMENT = [24, 0x100, 0x1_0000, 0x1_0000_0000] as const

/**
 * Reads the one canonical form of RFC 8949, 4.2.1, item by item, each of the kind that the layout wants. `field` names
 * it in the error. Nothing is allocated because of a count; bytes are views of the frame. Throws INVALID_FRAME, and
 * INVALID_CBOR where the bytes are not even CBOR.
 */
export class FrameReader {
  readonly #cbor: CborReader

  constructor(bytes: Uint8Array) {
    this.#cbor = new CborReader(bytes)
  }

  /** Takes the head of an array; returns how many items it claims. */
  array(field: string, most: number, least = 0): number {
    return this.#head(MAJOR.array, field, least, most)
  }

  /** Takes the head of an array of so many items. */
  tuple(field: string, count: number): void {
    this.#head(MAJOR.array, field, count, count)
  }

  list<Element>(field: string, most: number, readElement: () => Element): Element[] {
    const elements: Element[] = []
    for (let left = this.array(field, most); left > 0; left -= 1) elements.push(readElement())
    return elements
  }

  /** An unsigned integer below 2^53. */
  number(field: string, least?: number, most?: number): number {
    return this.#head(MAJOR.unsigned, field, least, most)
  }

  u64(field: string, least?: number): bigint {
    this.#head(MAJOR.unsigned, field, least, Infinity)
    return this.#cbor.bigArgument
  }

  bool(field: string): boolean {
    return this.#head(MAJOR.simple, field, SIMPLE.false, SIMPLE.true) === SIMPLE.true
  }

  /** A view of the frame. */
  bytes(field: string, least: number, most = least): Uint8Array {
    this.#head(MAJOR.bytes, field, least, most)
    return this.#cbor.bytesView()
  }

  text(field: string, least: number, most: number): string {
    this.#head(MAJOR.text, field, least, most)
    return this.#cbor.textValue()
  }

  id(field: string): Hash {
    return `${HASH_PREFIX}${bytesToHex(this.bytes(field, ID_BYTES))}` as Hash
  }

  /** So many bytes, as hexadecimal digits. */
  hex(field: string, length: number): string {
    return bytesToHex(this.bytes(field, length))
  }

  /** Whether the next item is null. If so, it is taken. */
  takeNull(): boolean {
    const { bytes, offset } = this.#cbor
    if (bytes[offset] !== NULL_BYTE) return false
    this.#cbor.offset += 1
    return true
  }

  /** Whether the next item is an array. It is not taken. */
  get isArrayNext(): boolean {
    const { bytes, offset } = this.#cbor
    return (bytes[offset] ?? 0) >> 5 === MAJOR.array
  }

  end(): void {
    const left = this.#cbor.bytes.length - this.#cbor.offset
    if (left > 0) throw invalidFrame('frame', 'one item', `${left} bytes after it`)
  }

  /** Its argument: a value, or how much of it there is. */
  #head(major: Major, field: string, least = 0, most = Number.MAX_SAFE_INTEGER): number {
    const cbor = this.#cbor
    const got = cbor.readHead()
    if (got !== major || cbor.isFloat) {
      throw invalidFrame(field, MAJOR_NAMES[major], cbor.isFloat ? 'float' : MAJOR_NAMES[got])
    }
    const { info, argument } = cbor
    if (cbor.isIndefinite || argument < (SMALLEST_ARGUMENT[info - 24] ?? 0)) {
      throw invalidFrame(field, 'the shortest head, of a definite length', 'another')
    }
    if (argument < least || argument > most) {
      throw invalidFrame(field, `${MAJOR_NAMES[major]} of ${least} to ${most}`, `${argument}`)
    }
    return argument
  }
}
