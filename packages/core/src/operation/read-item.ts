/** Steps that the parts of an operation share: what the reference skips, converts and refuses between heads. */
import { type CborReader, MAJOR, MAJOR_NAMES, SIMPLE } from '../cbor/cbor-reader.js'
import type { RakkoError } from '../rakko-error.js'
import { refusal } from '../refusal.js'

/** Tags of integers beyond 64 bits (RFC 8949, 3.4.3): bytes follow, big-endian. */
export const TAG_POSITIVE_BIGNUM = 2
export const TAG_NEGATIVE_BIGNUM = 3

const MAX_SHOWN_CHARACTERS = 160

/** Reads heads up to the first that is not a tag's. */
export function skipTags(reader: CborReader): void {
  while (reader.readHead() === MAJOR.tag);
}

/** An unsigned integer up to 2^64−1, tags before it skipped, as bignum too. */
export function readUnsigned(reader: CborReader, field: string): bigint {
  for (;;) {
    const major = reader.readHead()
    if (major === MAJOR.unsigned) return reader.bigArgument
    if (major === MAJOR.negative) throw invalidOperation(field, 'an unsigned integer', 'a negative one')
    if (major !== MAJOR.tag) throw unexpected(reader, field, 'an integer')
    const tag = reader.argument
    if (tag !== TAG_POSITIVE_BIGNUM && tag !== TAG_NEGATIVE_BIGNUM) continue
    if (reader.readHead() !== MAJOR.bytes) throw unexpected(reader, field, 'the bytes of a bignum')
    const magnitude = bignumMagnitude(reader.bytesValue())
    if (tag === TAG_NEGATIVE_BIGNUM) throw invalidOperation(field, 'an unsigned integer', 'a negative one')
    if (magnitude === undefined) throw invalidOperation(field, 'an integer of 64 bits', 'a longer bignum')
    return magnitude
  }
}

/** `undefined` where it takes more than 64 bits. */
export function bignumMagnitude(bytes: Uint8Array): bigint | undefined {
  let start = 0
  while (start < bytes.length && bytes[start] === 0) start += 1
  if (bytes.length - start > 8) return undefined
  let magnitude = 0n
  for (let index = start; index < bytes.length; index += 1)
    magnitude = (magnitude << 8n) | BigInt(bytes[index] as number)
  return magnitude
}

/** The item whose head was read is of the wrong kind. */
export function unexpected(reader: CborReader, field: string, expected: string): RakkoError {
  return invalidOperation(field, expected, kindOf(reader))
}

export function invalidOperation(field: string, expected: string, got: string): RakkoError {
  const shortField = shortened(field)
  const about = `Invalid operation, ${shortField}`
  return refusal('INVALID_OPERATION', { field: shortField, expected, got: shortened(got), about })
}

/** Field names are a stranger's and may fill the payload. */
function shortened(text: string): string {
  return text.length > MAX_SHOWN_CHARACTERS ? `${text.slice(0, MAX_SHOWN_CHARACTERS)}…` : text
}

function kindOf(reader: CborReader): string {
  if (reader.major !== MAJOR.simple) return MAJOR_NAMES[reader.major]
  if (reader.isFloat) return 'float'
  const name = Object.entries(SIMPLE).find(([, value]) => value === reader.argument)?.[0]
  return name ?? `simple value ${reader.argument}`
}
