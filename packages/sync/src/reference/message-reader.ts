import { CborReader, MAJOR, MAJOR_NAMES, MAX_U64, type Major, SIMPLE } from '@rakko/core'
import { invalidFrame } from '../invalid-frame.js'

const DECIMAL = /^\d{1,20}$/

/** Items of an array that are yet to come: of definite or indefinite length. */
export interface Items {
  /** Whether another one follows. */
  more(): boolean
}

/**
 * Reads messages of the reference. It is lenient about form: heads may be long, lengths indefinite, since the reference
 * takes both. Throws INVALID_FRAME, and INVALID_CBOR where the bytes are not even CBOR.
 */
export class MessageReader {
  readonly #cbor: CborReader

  constructor(bytes: Uint8Array) {
    this.#cbor = new CborReader(bytes)
  }

  array(field: string): Items {
    this.#head(MAJOR.array, field)
    if (this.#cbor.isIndefinite) return { more: () => !this.#cbor.takeBreak() }
    let left = this.#cbor.argument
    return { more: () => left-- > 0 }
  }

  /** Reads the items of an array, at most so many. */
  list<Element>(field: string, most: number, readElement: () => Element): Element[] {
    const items = this.array(field)
    const elements: Element[] = []
    while (items.more()) {
      if (elements.length === most) throw invalidFrame(field, `at most ${most} items`, 'more')
      elements.push(readElement())
    }
    return elements
  }

  /** An unsigned integer below 2^53. */
  number(field: string): number {
    const value = this.#head(MAJOR.unsigned, field)
    if (value > Number.MAX_SAFE_INTEGER) throw invalidFrame(field, 'a number below 2^53', `${value}`)
    return value
  }

  u64(field: string): bigint {
    this.#head(MAJOR.unsigned, field)
    return this.#cbor.bigArgument
  }

  /** A u64, which may also come as decimal text. */
  u64OrText(field: string): bigint {
    const major = this.#cbor.readHead()
    if (major === MAJOR.unsigned) return this.#cbor.bigArgument
    if (major !== MAJOR.text) throw invalidFrame(field, 'an int or text', MAJOR_NAMES[major])
    const text = this.#cbor.textValue()
    const value = DECIMAL.test(text) ? BigInt(text) : MAX_U64 + 1n
    if (value > MAX_U64) throw invalidFrame(field, 'a u64 in decimal', text.slice(0, 32))
    return value
  }

  bool(field: string): boolean {
    const value = this.#head(MAJOR.simple, field)
    if (this.#cbor.isFloat || (value !== SIMPLE.true && value !== SIMPLE.false)) {
      throw invalidFrame(field, 'true or false', 'another simple value')
    }
    return value === SIMPLE.true
  }

  /** A view of the bytes, where they are in one piece. */
  bytes(field: string): Uint8Array {
    this.#head(MAJOR.bytes, field)
    return this.#cbor.isIndefinite ? this.#cbor.bytesValue() : this.#cbor.bytesView()
  }

  text(field: string, most: number): string {
    this.#head(MAJOR.text, field)
    const text = this.#cbor.textValue()
    if (text.length > most) throw invalidFrame(field, `at most ${most} characters`, `${text.length}`)
    return text
  }

  end(): void {
    const left = this.#cbor.bytes.length - this.#cbor.offset
    if (left > 0) throw invalidFrame('message', 'one item', `${left} bytes after it`)
  }

  #head(major: Major, field: string): number {
    const got = this.#cbor.readHead()
    if (got !== major) throw invalidFrame(field, MAJOR_NAMES[major], MAJOR_NAMES[got])
    return this.#cbor.argument
  }
}
