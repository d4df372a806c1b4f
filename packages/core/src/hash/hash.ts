/**
 * YASMF hash, 34 bytes:
 *
 * | bytes | content                                        |
 * |-------|------------------------------------------------|
 * | 1     | varu64(0): the hash is BLAKE3                  |
 * | 1     | varu64(32): its length; not checked on input   |
 * | 32    | BLAKE3-256 of the data                         |
 *
 * As text 68 hexadecimal digits: either case on input, lower case everywhere else.
 */
import { bytesToHex, hexToBytes } from '../bytes/hex.js'
import type { Hash } from '../ids.js'
import type { RakkoError } from '../rakko-error.js'
import { refusal } from '../refusal.js'
import { blake3 } from './blake3.js'

export const HASH_BYTES = 34
export const HASH_HEX_DIGITS = 2 * HASH_BYTES

const BLAKE3_ID = 0
const BLAKE3_BYTES = 32
const LOWER_CASE_HASH = /^00[0-9a-f]{66}$/

/** Hash of any bytes, as text. */
export function hash(data: Uint8Array): Hash {
  return bytesToHex(hashBytes(data)) as Hash
}

/** Hash of any bytes, as its 34 bytes. */
export function hashBytes(data: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(HASH_BYTES)
  bytes[0] = BLAKE3_ID
  bytes[1] = BLAKE3_BYTES
  bytes.set(blake3(data), 2)
  return bytes
}

/** Checks the text of a hash and lower-cases it. Throws INVALID_HASH, in which `field` names the value. */
export function parseHash(text: string, field = 'hash'): Hash {
  if (typeof text === 'string' && LOWER_CASE_HASH.test(text)) return text as Hash
  let bytes: Uint8Array
  try {
    bytes = hexToBytes(text)
  } catch (cause) {
    throw invalidHash(field, `${HASH_HEX_DIGITS} hexadecimal digits`, text, cause)
  }
  return hashFromBytes(bytes, field)
}

/** The 34 bytes of a hash. */
export function hashToBytes(hash: Hash): Uint8Array {
  return hexToBytes(hash)
}

/**
 * The text of a hash, its bytes kept as they are: a second byte other than 32 stays visible. Only links inside an entry
 * are treated otherwise (see decode-entry.ts). Throws INVALID_HASH.
 */
export function hashFromBytes(bytes: Uint8Array, field = 'hash'): Hash {
  if (bytes.length !== HASH_BYTES) throw invalidHash(field, `${HASH_BYTES} bytes`, `${bytes.length} bytes`)
  if (bytes[0] !== BLAKE3_ID) throw invalidHash(field, 'first byte 0 (YASMF BLAKE3)', `first byte ${bytes[0]}`)
  return bytesToHex(bytes) as Hash
}

function invalidHash(field: string, expected: string, got: unknown, cause?: unknown): RakkoError {
  const text = typeof got === 'string' ? got.slice(0, 2 * HASH_HEX_DIGITS) : typeof got
  return refusal('INVALID_HASH', { field, expected, got: text, about: `Invalid hash in ${field}`, cause })
}
