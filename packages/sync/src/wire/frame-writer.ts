import { CborWriter, type Hash, MAJOR, refusal, SIMPLE } from '@rakko/core'

/** `0020`, which ids of entries leave out on the wire. */
const HASH_PREFIX_DIGITS = 4

/** Writes the canonical form. The caller keeps counts true. */
export class FrameWriter {
  readonly #cbor = new CborWriter()

  /** Head of an array of so many items. */
  array(count: number): void {
    this.#cbor.head(MAJOR.array, count)
  }

  list<Element>(elements: readonly Element[], writeElement: (element: Element) => void): void {
    this.array(elements.length)
    for (const element of elements) writeElement(element)
  }

  /** Throws INVALID_ARGUMENT where it is no unsigned integer below 2^53. */
  number(value: number): void {
    if (!Number.isSafeInteger(value) || value < 0) {
      throw refusal('INVALID_ARGUMENT', { field: 'number', expected: 'an unsigned integer below 2^53', got: value })
    }
    this.#cbor.head(MAJOR.unsigned, value)
  }

  u64(value: bigint): void {
    this.#cbor.int(value)
  }

  bool(value: boolean): void {
    this.#cbor.bool(value)
  }

  null(): void {
    this.#cbor.head(MAJOR.simple, SIMPLE.null)
  }

  bytes(value: Uint8Array): void {
    this.#cbor.byteString(value)
  }

  text(value: string): void {
    this.#cbor.text(value)
  }

  id(id: Hash): void {
    this.#cbor.hexString(id.slice(HASH_PREFIX_DIGITS))
  }

  /** A byte string, given as hexadecimal digits. */
  hex(value: string): void {
    this.#cbor.hexString(value)
  }

  /** What was written since the last time, as a copy. */
  finish(): Uint8Array {
    return this.#cbor.finish()
  }

  reset(): void {
    this.#cbor.reset()
  }
}
