import type { RakkoError } from '../rakko-error.js'
import { refusal } from '../refusal.js'

/** The two platform objects that core uses. Every platform that Rakko runs on has them. */
declare const TextEncoder: new () => {
  encodeInto(text: string, target: Uint8Array): { read: number; written: number }
}
declare const TextDecoder: new (
  label: string,
  options: { fatal: boolean; ignoreBOM: boolean },
) => { decode(bytes: Uint8Array): string }

/** Below this length a loop is faster than a call into the platform. */
const SHORT_TEXT_BYTES = 32

const encoder = new TextEncoder()
// A byte order mark is content: stripping it would change what was signed.
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** Bytes that `text` takes in UTF-8. Throws INVALID_ARGUMENT on a lone surrogate: it has no UTF-8 form. */
export function utf8Length(text: string, field = 'text'): number {
  let length = text.length
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index)
    if (code < 0x80) continue
    if (code < 0x800) length += 1
    else if (code < 0xd800 || code > 0xdfff) length += 2
    else {
      const next = text.charCodeAt(index + 1)
      if (code > 0xdbff || !(next >= 0xdc00 && next <= 0xdfff)) throw loneSurrogate(field, index, code)
      length += 2
      index += 1
    }
  }
  return length
}

/** Writes `text` at `offset`; `length` is its `utf8Length`, which has refused lone surrogates. */
export function writeUtf8(text: string, length: number, target: Uint8Array, offset: number): void {
  if (length === text.length && length < SHORT_TEXT_BYTES) {
    for (let index = 0; index < length; index += 1) target[offset + index] = text.charCodeAt(index)
    return
  }
  encoder.encodeInto(text, target.subarray(offset, offset + length))
}

/** Throws INVALID_ARGUMENT on a lone surrogate. */
export function encodeUtf8(text: string, field = 'text'): Uint8Array {
  const length = utf8Length(text, field)
  const bytes = new Uint8Array(length)
  writeUtf8(text, length, bytes, 0)
  return bytes
}

/** Returns undefined where the bytes are no UTF-8; overlong forms and surrogates are none. */
export function decodeUtf8(bytes: Uint8Array, start = 0, end = bytes.length): string | undefined {
  if (end - start < SHORT_TEXT_BYTES) {
    let text = ''
    let index = start
    for (; index < end; index += 1) {
      const byte = bytes[index] as number
      if (byte >= 0x80) break
      text += String.fromCharCode(byte)
    }
    if (index === end) return text
  }
  try {
    return decoder.decode(bytes.subarray(start, end))
  } catch {
    return undefined
  }
}

/** Compares the texts' UTF-8 bytes. The order differs from that of `<` for characters beyond the basic plane. */
export function compareUtf8(a: string, b: string): number {
  const shorter = Math.min(a.length, b.length)
  for (let index = 0; index < shorter; index += 1) {
    const left = a.charCodeAt(index)
    const right = b.charCodeAt(index)
    if (left === right) continue
    // Surrogates stand for the code points above every other code unit.
    const leftIsSurrogate = left >= 0xd800 && left <= 0xdfff
    const rightIsSurrogate = right >= 0xd800 && right <= 0xdfff
    if (leftIsSurrogate !== rightIsSurrogate) return leftIsSurrogate ? 1 : -1
    return left - right
  }
  return a.length - b.length
}

function loneSurrogate(field: string, index: number, code: number): RakkoError {
  const expected = 'well-formed Unicode text'
  const got = `a lone surrogate U+${code.toString(16).toUpperCase()} at index ${index}`
  return refusal('INVALID_ARGUMENT', { field, expected, got, about: `Invalid text in ${field}` })
}
