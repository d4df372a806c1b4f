/**
 * PostgreSQL's binary form of a one-dimensional array, big endian:
 *
 * | bytes | content                                   |
 * |-------|-------------------------------------------|
 * | 4     | dimensions: 1, or 0 for an empty array    |
 * | 4     | 1 where an element may be NULL            |
 * | 4     | oid of the element's type                 |
 * | 4     | number of elements; absent when empty     |
 * | 4     | index of the first: 1; absent when empty  |
 * | per element: 4 | its bytes, −1 for NULL           |
 * | n     | its bytes                                 |
 *
 * PostgreSQL reads it faster than text, and no value is rounded on its way.
 */
declare const TextEncoder: new () => { encodeInto(text: string, target: Uint8Array): { written: number } }

const HEADER_BYTES = 20
const EMPTY_HEADER_BYTES = 12
/** For each element, its length included: most are numbers. What is longer makes the array grow. */
const INITIAL_ELEMENT_BYTES = 12
const NUMERIC_BASE = 10_000n

const encoder = new TextEncoder()

/** Grows with what is pushed; every push adds one element. */
export class BinaryArray {
  readonly #elementOid: number
  #bytes: Uint8Array<ArrayBuffer>
  #view: DataView
  #end = HEADER_BYTES
  #count = 0
  #hasNull = false

  /** `count`: so many elements are expected. */
  constructor(elementOid: number, count = 0) {
    this.#elementOid = elementOid
    this.#bytes = new Uint8Array(HEADER_BYTES + INITIAL_ELEMENT_BYTES * Math.max(count, 1))
    this.#view = new DataView(this.#bytes.buffer)
  }

  get byteLength(): number {
    return this.#end
  }

  /** The array's bytes, a view of its own buffer. */
  finish(): Uint8Array {
    this.#view.setInt32(0, this.#count === 0 ? 0 : 1)
    this.#view.setInt32(4, this.#hasNull ? 1 : 0)
    this.#view.setInt32(8, this.#elementOid)
    if (this.#count === 0) return this.#bytes.subarray(0, EMPTY_HEADER_BYTES)
    this.#view.setInt32(12, this.#count)
    this.#view.setInt32(16, 1)
    return this.#bytes.subarray(0, this.#end)
  }

  pushNull(): void {
    this.#hasNull = true
    this.#element(0)
    this.#view.setInt32(this.#end - 4, -1)
  }

  pushBool(value: boolean): void {
    const offset = this.#element(1)
    this.#bytes[offset] = value ? 1 : 0
  }

  pushInt2(value: number): void {
    const offset = this.#element(2)
    this.#view.setInt16(offset, value)
  }

  pushInt4(value: number): void {
    const offset = this.#element(4)
    this.#view.setInt32(offset, value)
  }

  /** A number must be a safe integer. */
  pushInt8(value: number | bigint): void {
    const offset = this.#element(8)
    if (typeof value === 'bigint') {
      this.#view.setBigInt64(offset, value)
      return
    }
    const high = Math.floor(value / 4_294_967_296)
    this.#view.setInt32(offset, high)
    this.#view.setUint32(offset + 4, value - high * 4_294_967_296)
  }

  pushFloat8(value: number): void {
    const offset = this.#element(8)
    this.#view.setFloat64(offset, value)
  }

  pushBytes(value: Uint8Array): void {
    const offset = this.#element(value.length)
    this.#bytes.set(value, offset)
  }

  /** Bytes of lower-case hexadecimal text; ids joined by `_` become their bytes in order. */
  pushHex(hex: string): void {
    // Ids are 68 digits long, so every 69th character of a joined text is the separator.
    const separators = hex.length > 68 ? Math.floor(hex.length / 69) : 0
    let offset = this.#element((hex.length - separators) / 2)
    for (let index = 0; index < hex.length; index += 2) {
      if (separators > 0 && hex.charCodeAt(index) === UNDERSCORE) index += 1
      this.#bytes[offset] = digit(hex.charCodeAt(index)) * 16 + digit(hex.charCodeAt(index + 1))
      offset += 1
    }
  }

  pushText(value: string): void {
    // A UTF-16 unit takes at most three bytes.
    const offset = this.#element(value.length * 3)
    const { written } = encoder.encodeInto(value, this.#bytes.subarray(offset, this.#end))
    this.#view.setInt32(offset - 4, written)
    this.#end = offset + written
  }

  /** 0 to 2^64−1 as numeric: its digits in base 10 000, the highest first. */
  pushNumeric(value: bigint): void {
    if (value < NUMERIC_BASE) {
      this.#numericHead(1)
      this.#view.setInt16(this.#end - 2, Number(value))
      return
    }
    let digits = 0
    for (let rest = value; rest > 0n; rest /= NUMERIC_BASE) digits += 1
    this.#numericHead(digits)
    let at = this.#end
    for (let rest = value; rest > 0n; rest /= NUMERIC_BASE) {
      at -= 2
      this.#view.setInt16(at, Number(rest % NUMERIC_BASE))
    }
  }

  /** Writes number of digits, weight of the first, sign and scale. The digits follow. */
  #numericHead(digits: number): void {
    const offset = this.#element(8 + 2 * digits)
    this.#view.setInt16(offset, digits)
    this.#view.setInt16(offset + 2, digits - 1)
    this.#view.setInt32(offset + 4, 0)
  }

  /** Makes room for an element and writes its length. Returns where its bytes go. May replace bytes and view. */
  #element(length: number): number {
    const offset = this.#end + 4
    const end = offset + length
    if (end > this.#bytes.length) this.#grow(end)
    this.#view.setInt32(this.#end, length)
    this.#end = end
    this.#count += 1
    return offset
  }

  #grow(needed: number): void {
    const bytes = new Uint8Array(Math.max(needed, 2 * this.#bytes.length))
    bytes.set(this.#bytes.subarray(0, this.#end))
    this.#bytes = bytes
    this.#view = new DataView(bytes.buffer)
  }
}

const UNDERSCORE = 95
function digit(code: number): number {
  return code < 58 ? code - 48 : code - 87
}
