/**
 * varu64: a u64 in 1 to 9 bytes. Below 248 the one byte is the value; otherwise the first byte is 247 + k and the value
 * follows in k big-endian bytes, k as small as it gets.
 */
import type { RakkoError } from '../rakko-error.js'
import { refusal } from '../refusal.js'

export const MAX_U64 = 2n ** 64n - 1n
export const MAX_VARU64_BYTES = 9

const FIRST_LONG = 248

/** Throws INVALID_ARGUMENT outside 0 to 2^64−1. */
export function encodeVaru64(value: bigint): Uint8Array {
  const bytes = new Uint8Array(varu64Length(value))
  writeVaru64(value, bytes, 0)
  return bytes
}

/** Bytes that `value` takes: 1 to 9. Throws INVALID_ARGUMENT outside 0 to 2^64−1. */
export function varu64Length(value: bigint): number {
  if (typeof value !== 'bigint' || value < 0n || value > MAX_U64) {
    const expected = 'a bigint from 0 to 2^64−1'
    const got = typeof value === 'bigint' ? `${value}` : typeof value
    throw refusal('INVALID_ARGUMENT', { field: 'varu64', expected, got })
  }
  if (value < FIRST_LONG) return 1
  let length = 2
  for (let rest = value >> 8n; rest > 0n; rest >>= 8n) length += 1
  return length
}

/** Writes `value`, in range, at `offset`; returns the offset behind it. */
export function writeVaru64(value: bigint, target: Uint8Array, offset: number): number {
  if (value < FIRST_LONG) {
    target[offset] = Number(value)
    return offset + 1
  }
  const end = offset + varu64Length(value)
  target[offset] = 246 + end - offset
  let rest = value
  for (let index = end - 1; index > offset; index -= 1) {
    target[index] = Number(rest & 0xffn)
    rest >>= 8n
  }
  return end
}

export interface Varu64 {
  readonly value: bigint
  /** Offset behind the last byte read. */
  readonly end: number
}

/** Reads one value at `offset`. Throws INVALID_VARU64 where bytes are missing or fewer would have done. */
export function decodeVaru64(bytes: Uint8Array, offset = 0): Varu64 {
  const first = bytes[offset]
  if (first === undefined) throw invalidVaru64(offset, 'at least 1 byte', 'no byte')
  if (first < FIRST_LONG) return { value: BigInt(first), end: offset + 1 }
  const length = first - 247
  const end = offset + 1 + length
  if (end > bytes.length) {
    throw invalidVaru64(offset, `${length} bytes after the first`, `${bytes.length - offset - 1} bytes`)
  }
  let value = 0n
  for (let index = offset + 1; index < end; index += 1) value = (value << 8n) | BigInt(bytes[index] as number)
  if (varu64Length(value) !== 1 + length) {
    throw invalidVaru64(offset, 'the shortest form', `${value} in ${1 + length} bytes`)
  }
  return { value, end }
}

function invalidVaru64(offset: number, expected: string, got: string): RakkoError {
  const about = `Invalid varu64 at byte ${offset}`
  return refusal('INVALID_VARU64', { field: 'varu64', expected, got, about, details: { offset } })
}
