import { bytesToHex, type Hash, hashBytes } from '@rakko/core'

const SUM_BYTES = 32
const MODULUS = 1n << 256n
const FINGERPRINT_BYTES = 16
/** What every id begins with: `0020`, as hexadecimal digits and as bytes. */
const PREFIX_DIGITS = 4
const PREFIX_BYTES = 2

/** The number that an id adds to a sum: its 32 bytes of BLAKE3, the first the most significant. */
export function numberOfId(id: Hash): bigint {
  return BigInt(`0x${id.slice(PREFIX_DIGITS)}`)
}

/**
 * | bytes | of what is hashed                                          |
 * | ----- | ---------------------------------------------------------- |
 * | 32    | sum of the ids' numbers modulo 2^256, big endian           |
 * | 8     | how many there are, big endian                             |
 *
 * The fingerprint is the first 16 bytes of its BLAKE3. Sums of two ranges that do not overlap add up to that of both.
 */
export function fingerprintOf(sum: bigint, count: number): string {
  const bytes = new Uint8Array(SUM_BYTES + 8)
  const view = new DataView(bytes.buffer)
  const reduced = sum % MODULUS
  for (let word = 0; word < 4; word += 1)
    view.setBigUint64(8 * word, BigInt.asUintN(64, reduced >> BigInt(64 * (3 - word))))
  view.setBigUint64(SUM_BYTES, BigInt(count))
  return bytesToHex(hashBytes(bytes).subarray(PREFIX_BYTES, PREFIX_BYTES + FINGERPRINT_BYTES))
}
