import { Point } from '@noble/ed25519'
import { sha512 } from '@noble/hashes/sha2.js'
import { concatBytes, equalBytes } from '../bytes/byte-array.js'
import { PUBLIC_KEY_BYTES } from './public-key.js'
import { SIGNATURE_BYTES, type SyncVerifier } from './signer.js'

/** Order of the base point: L. */
const GROUP_ORDER = Point.CURVE().n

/**
 * The one signature rule, which every backend must keep: cofactorless and not strict.
 *
 * With signature R ‖ S, public key A and message M it is valid if and only if
 * - S < L, read little-endian,
 * - A decompresses (small-order points and non-canonical encodings do),
 * - compress([S]B − [k]A) is byte for byte R, where k = SHA-512(R ‖ A as given ‖ M) mod L.
 *
 * R is never decompressed, so a non-canonical R cannot match. The `verify` of @noble/ed25519 is cofactored and accepts
 * signatures that others refuse. Replicas that differ in this split for good.
 */
export const portableVerifier: SyncVerifier = {
  verify(publicKey, message, signature) {
    if (publicKey.length !== PUBLIC_KEY_BYTES || signature.length !== SIGNATURE_BYTES) return false
    const r = signature.subarray(0, 32)
    const s = littleEndian(signature.subarray(32))
    if (s >= GROUP_ORDER) return false
    const point = decompress(publicKey)
    if (point === undefined) return false
    const k = littleEndian(sha512(concatBytes(r, publicKey, message))) % GROUP_ORDER
    const expected = Point.BASE.multiplyUnsafe(s).subtract(point.multiplyUnsafe(k))
    return equalBytes(expected.toBytes(), r)
  },
}

function decompress(publicKey: Uint8Array): Point | undefined {
  try {
    return Point.fromBytes(publicKey, true)
  } catch {
    return undefined
  }
}

function littleEndian(bytes: Uint8Array): bigint {
  let value = 0n
  for (let index = bytes.length - 1; index >= 0; index -= 1) value = (value << 8n) | BigInt(bytes[index] as number)
  return value
}
