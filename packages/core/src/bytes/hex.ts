import type { RakkoError } from '../rakko-error.js'
import { refusal } from '../refusal.js'

const CODE_OF_DIGIT = Array.from('0123456789abcdef', (digit) => digit.charCodeAt(0))
/** Characters that one call makes. Every engine takes that many arguments. */
const CHUNK_BYTES = 512

/** The value of a hexadecimal digit, by its character code; 255 where the character is no digit. */
const DIGIT_OF_CODE = new Uint8Array(128).fill(255)
for (let digit = 0; digit < 16; digit += 1) {
  const text = digit.toString(16)
  DIGIT_OF_CODE[text.charCodeAt(0)] = digit
  DIGIT_OF_CODE[text.toUpperCase().charCodeAt(0)] = digit
}

/** Lower-case hexadecimal text, two digits a byte; the empty text for no bytes. */
export function bytesToHex(bytes: Uint8Array): string {
  if (bytes.length <= CHUNK_BYTES) return hexOf(bytes, 0, bytes.length)
  let hex = ''
  for (let start = 0; start < bytes.length; start += CHUNK_BYTES) {
    hex += hexOf(bytes, start, Math.min(start + CHUNK_BYTES, bytes.length))
  }
  return hex
}

/**
 * Makes the text in one piece. Adding digit to digit is as quick at first, but engines keep such a text as a tree of
 * its parts: a kilobyte for a hash. A node that holds ten thousand of them spends its time collecting garbage.
 */
function hexOf(bytes: Uint8Array, start: number, end: number): string {
  const codes = codesFor(end - start)
  for (let index = start, at = 0; index < end; index += 1) {
    const byte = bytes[index] as number
    codes[at++] = CODE_OF_DIGIT[byte >> 4] as number
    codes[at++] = CODE_OF_DIGIT[byte & 15] as number
  }
  return String.fromCharCode(...codes)
}

/** The array that digits are put into, kept by length and used over and over. Most texts are ids, keys and hashes. */
const codesOf: number[][] = []

function codesFor(bytes: number): number[] {
  codesOf[bytes] ??= new Array(2 * bytes).fill(0)
  return codesOf[bytes]
}

/**
 * Bytes of an even number of hexadecimal digits, upper or lower case, with nothing before, between or after them.
 * Throws INVALID_HEX.
 */
export function hexToBytes(hex: string): Uint8Array {
  if (typeof hex !== 'string') throw invalidHex('hexadecimal text', typeof hex)
  if (hex.length % 2 !== 0) throw invalidHex('an even number of hexadecimal digits', `${hex.length} characters`)
  const bytes = new Uint8Array(hex.length / 2)
  writeHex(hex, bytes, 0)
  return bytes
}

/**
 * Puts the bytes of an even number of hexadecimal digits at `offset`; returns the offset behind them. Throws
 * INVALID_HEX.
 */
export function writeHex(hex: string, target: Uint8Array, offset: number): number {
  let end = offset
  for (let index = 0; index < hex.length; index += 2) target[end++] = digitAt(hex, index) * 16 + digitAt(hex, index + 1)
  return end
}

function digitAt(hex: string, index: number): number {
  const digit = DIGIT_OF_CODE[hex.charCodeAt(index)] ?? 255
  if (digit === 255) throw invalidHex('hexadecimal digits only', `another character at index ${index}`)
  return digit
}

/** The text itself stays out of the error: it may be a private key. */
function invalidHex(expected: string, got: string): RakkoError {
  return refusal('INVALID_HEX', { field: 'hex', expected, got, about: 'Invalid hexadecimal text' })
}
