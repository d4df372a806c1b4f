import { RakkoError } from '../rakko-error.js'

const HEX_OF_BYTE: readonly string[] = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'))

/** Value of a hexadecimal digit by its character code; 255 where the character is none. */
const DIGIT_OF_CODE = new Uint8Array(128).fill(255)
for (let digit = 0; digit < 16; digit += 1) {
  const text = digit.toString(16)
  DIGIT_OF_CODE[text.charCodeAt(0)] = digit
  DIGIT_OF_CODE[text.toUpperCase().charCodeAt(0)] = digit
}

/** Lower-case hexadecimal text, two digits a byte; the empty text for no bytes. */
export function bytesToHex(bytes: Uint8Array): string {
  let hex = ''
  for (let index = 0; index < bytes.length; index += 1) hex += HEX_OF_BYTE[bytes[index] as number]
  return hex
}

/**
 * Bytes of an even number of hexadecimal digits, upper or lower case, with nothing before, between or after them.
 * Throws INVALID_HEX.
 */
export function hexToBytes(hex: string): Uint8Array {
  if (typeof hex !== 'string') throw invalidHex('hexadecimal text', typeof hex)
  if (hex.length % 2 !== 0) throw invalidHex('an even number of hexadecimal digits', `${hex.length} characters`)
  const bytes = new Uint8Array(hex.length / 2)
  for (let index = 0; index < bytes.length; index += 1) {
    const high = digitAt(hex, 2 * index)
    const low = digitAt(hex, 2 * index + 1)
    bytes[index] = high * 16 + low
  }
  return bytes
}

function digitAt(hex: string, index: number): number {
  const digit = DIGIT_OF_CODE[hex.charCodeAt(index)] ?? 255
  if (digit === 255) throw invalidHex('hexadecimal digits only', `another character at index ${index}`)
  return digit
}

/** The text itself stays out of the error: it may be a private key. */
function invalidHex(expected: string, got: string): RakkoError {
  return new RakkoError('INVALID_HEX', `Expected ${expected}, got ${got}`, { field: 'hex', expected, got })
}
