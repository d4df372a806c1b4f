import { Point } from '@noble/ed25519'
import { bytesToHex, hexToBytes } from '../bytes/hex.js'
import type { PublicKey } from '../ids.js'
import type { RakkoError } from '../rakko-error.js'
import { RecentMap } from '../recent-map.js'
import { refusal } from '../refusal.js'

export const PUBLIC_KEY_BYTES = 32

/** Keys known to be valid. A node meets the same authors again and again, and decompressing takes long. */
const REMEMBERED_KEYS = 1024
const validKeys = new RecentMap<string, PublicKey>(REMEMBERED_KEYS)

/** Checks the text of a public key and lower-cases it. Throws INVALID_PUBLIC_KEY. */
export function parsePublicKey(text: string, field = 'publicKey'): PublicKey {
  const known = validKeys.get(text)
  if (known !== undefined) return known
  let bytes: Uint8Array
  try {
    bytes = hexToBytes(text)
  } catch (cause) {
    throw invalidPublicKey(field, '64 hexadecimal digits', 'other text', cause)
  }
  return publicKeyFromBytes(bytes, field)
}

/**
 * The text of 32 bytes that decompress to a point of the curve. Small-order points and non-canonical encodings (y ≥ p,
 * x = 0 with the sign bit set) are keys too, since the signature rule accepts them. Throws INVALID_PUBLIC_KEY.
 */
export function publicKeyFromBytes(bytes: Uint8Array, field = 'publicKey'): PublicKey {
  if (bytes.length !== PUBLIC_KEY_BYTES) {
    throw invalidPublicKey(field, `${PUBLIC_KEY_BYTES} bytes`, `${bytes.length} bytes`)
  }
  const text = bytesToHex(bytes)
  const known = validKeys.get(text)
  if (known !== undefined) return known
  try {
    Point.fromBytes(bytes, true)
  } catch (cause) {
    throw invalidPublicKey(field, 'a point of edwards25519', text, cause)
  }
  const publicKey = text as PublicKey
  validKeys.set(text, publicKey)
  return publicKey
}

/** The 32 bytes of a public key. */
export function publicKeyToBytes(publicKey: PublicKey): Uint8Array {
  return hexToBytes(publicKey)
}

function invalidPublicKey(field: string, expected: string, got: string, cause?: unknown): RakkoError {
  return refusal('INVALID_PUBLIC_KEY', { field, expected, got, about: `Invalid public key in ${field}`, cause })
}
