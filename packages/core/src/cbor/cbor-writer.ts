import { writeHex } from '../bytes/hex.js'
import { utf8Length, writeUtf8 } from '../bytes/utf8.js'
import { MAJOR, type Major, SIMPLE } from './cbor-reader.js'
import { float16OfFloat32 } from './float16.js'

const INITIAL_BYTES = 4096

/** A writer that is used again gives back memory beyond this. */
const KEPT_BYTES = 65_536

/**
 * Writes CBOR in its one canonical form: definite lengths, shortest heads, and the shortest float that restores the
 * value. A container is a head followed by its items; the caller keeps the counts true.
 */
export class CborWriter {
  private bytes = new Uint8Array(INITIAL_BYTES)
  private view = new DataView(this.bytes.buffer)
  private offset = 0

  /** The bytes written so far, as a copy. */
  finish(): Uint8Array {
    return this.bytes.slice(0, this.offset)
  }

  /** Starts over. One writer serves many items, since its memory costs more than what is written to it. */
  reset(): void {
    this.offset = 0
    if (this.bytes.length > KEPT_BYTES) this.useMemory(new Uint8Array(INITIAL_BYTES))
  }

  /** Head of `major` with a count, length or value below 2^53. */
  head(major: Major, argument: number): void {
    this.reserve(9)
    const type = major << 5
    if (argument < 24) {
      this.bytes[this.offset++] = type | argument
    } else if (argument < 0x100) {
      this.bytes[this.offset++] = type | 24
      this.bytes[this.offset++] = argument
    } else if (argument < 0x1_0000) {
      this.bytes[this.offset++] = type | 25
      this.view.setUint16(this.offset, argument)
      this.offset += 2
    } else if (argument < 0x1_0000_0000) {
      this.bytes[this.offset++] = type | 26
      this.view.setUint32(this.offset, argument)
      this.offset += 4
    } else {
      this.bytes[this.offset++] = type | 27
      this.view.setBigUint64(this.offset, BigInt(argument))
      this.offset += 8
    }
  }

  /** −2^64 to 2^64−1. */
  int(value: bigint): void {
    const major = value < 0n ? MAJOR.negative : MAJOR.unsigned
    const argument = value < 0n ? -1n - value : value
    if (argument < 0x1_0000_0000n) {
      this.head(major, Number(argument))
      return
    }
    this.reserve(9)
    this.bytes[this.offset++] = (major << 5) | 27
    this.view.setBigUint64(this.offset, argument)
    this.offset += 8
  }

  /** Half, single or double precision, the shortest that restores `value`; every NaN becomes f97e00. */
  float(value: number): void {
    this.reserve(9)
    const { view, offset } = this
    if (Number.isNaN(value)) {
      this.bytes[offset] = 0xf9
      view.setUint16(offset + 1, 0x7e00)
      this.offset += 3
      return
    }
    if (Math.fround(value) !== value) {
      this.bytes[offset] = 0xfb
      view.setFloat64(offset + 1, value)
      this.offset += 9
      return
    }
    view.setFloat32(offset + 1, value)
    const half = float16OfFloat32(view.getUint32(offset + 1))
    if (half === undefined) {
      this.bytes[offset] = 0xfa
      this.offset += 5
    } else {
      this.bytes[offset] = 0xf9
      view.setUint16(offset + 1, half)
      this.offset += 3
    }
  }

  bool(value: boolean): void {
    this.head(MAJOR.simple, value ? SIMPLE.true : SIMPLE.false)
  }

  byteString(value: Uint8Array): void {
    this.head(MAJOR.bytes, value.length)
    this.reserve(value.length)
    this.bytes.set(value, this.offset)
    this.offset += value.length
  }

  /** A byte string, given as hexadecimal digits. Throws INVALID_HEX. */
  hexString(value: string): void {
    const length = value.length / 2
    this.head(MAJOR.bytes, length)
    this.reserve(length)
    this.offset = writeHex(value, this.bytes, this.offset)
  }

  /** Throws INVALID_ARGUMENT, naming `field`, on a lone surrogate. */
  text(value: string, field?: string): void {
    const length = utf8Length(value, field)
    this.head(MAJOR.text, length)
    this.reserve(length)
    writeUtf8(value, length, this.bytes, this.offset)
    this.offset += length
  }

  private reserve(length: number): void {
    const needed = this.offset + length
    if (needed <= this.bytes.length) return
    const larger = new Uint8Array(Math.max(needed, 2 * this.bytes.length))
    larger.set(this.bytes.subarray(0, this.offset))
    this.useMemory(larger)
  }

  private useMemory(bytes: Uint8Array<ArrayBuffer>): void {
    this.bytes = bytes
    this.view = new DataView(bytes.buffer)
  }
}
