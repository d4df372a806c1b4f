import { type CborReader, MAJOR, SIMPLE } from '../cbor/cbor-reader.js'
import { HASH_BYTES, hashFromBytes } from '../hash/hash.js'
import type { OperationId } from '../ids.js'
import type { PlainValue } from './operation.js'
import { MAX_INT, MIN_INT } from './operation-layout.js'
import { bignumMagnitude, invalidOperation, TAG_NEGATIVE_BIGNUM, TAG_POSITIVE_BIGNUM, unexpected } from './read-item.js'

/** A bignum longer than this is no integer to the reference, leading zeros or not. */
const MAX_BIGNUM_BYTES = 16

/** Shared by all empty lists: a stranger decides how many there are, and each would be an object. */
const NO_HASHES: readonly OperationId[] = Object.freeze([])

/** The value of one field. Throws INVALID_CBOR and INVALID_OPERATION with the field's name. */
export function readValue(reader: CborReader, field: string): PlainValue {
  switch (reader.readHead()) {
    case MAJOR.unsigned:
      return int(field, reader.bigArgument)
    case MAJOR.negative:
      return int(field, -1n - reader.bigArgument)
    case MAJOR.bytes:
      return { kind: 'bytes', value: reader.bytesValue() }
    case MAJOR.text:
      return { kind: 'str', value: reader.textValue() }
    case MAJOR.array:
      return readList(reader, field)
    case MAJOR.tag:
      return int(field, readBignum(reader, field))
    case MAJOR.simple:
      if (reader.isFloat) return { kind: 'float', value: reader.floatValue() }
      if (reader.argument === SIMPLE.true) return { kind: 'bool', value: true }
      if (reader.argument === SIMPLE.false) return { kind: 'bool', value: false }
  }
  throw unexpected(reader, field, 'a value')
}

function int(field: string, value: bigint): PlainValue {
  if (value < MIN_INT || value > MAX_INT) throw invalidOperation(field, 'an integer from −2^63 to 2^63−1', `${value}`)
  return { kind: 'int', value }
}

/** Of all tags those of bignums alone are taken, and of bignums those of a definite length. */
function readBignum(reader: CborReader, field: string): bigint {
  const tag = reader.bigArgument
  if (tag !== BigInt(TAG_POSITIVE_BIGNUM) && tag !== BigInt(TAG_NEGATIVE_BIGNUM)) {
    throw invalidOperation(field, 'a value', `tag ${tag}`)
  }
  if (reader.readHead() !== MAJOR.bytes || reader.isIndefinite || reader.argument > MAX_BIGNUM_BYTES) {
    throw invalidOperation(field, `a bignum of at most ${MAX_BIGNUM_BYTES} bytes`, 'another one')
  }
  const magnitude = bignumMagnitude(reader.bytesValue())
  if (magnitude === undefined) throw invalidOperation(field, 'an integer from −2^63 to 2^63−1', 'a longer bignum')
  return tag === BigInt(TAG_NEGATIVE_BIGNUM) ? -1n - magnitude : magnitude
}

/** Hashes alone, or lists of hashes alone. Their order is for the schema to judge. */
function readList(reader: CborReader, field: string): PlainValue {
  const hashes: OperationId[] = []
  const lists: (readonly OperationId[])[] = []
  reader.forEachElement(() => {
    const major = reader.readHead()
    if (major === MAJOR.bytes) hashes.push(readHash(reader, field))
    else if (major === MAJOR.array) lists.push(readHashes(reader, field))
    else throw unexpected(reader, field, 'a hash or a list of hashes')
    if (hashes.length > 0 && lists.length > 0) throw invalidOperation(field, 'hashes or lists of hashes', 'both')
  })
  return lists.length > 0 ? { kind: 'hash[][]', value: lists } : { kind: 'hash[]', value: hashes }
}

function readHashes(reader: CborReader, field: string): readonly OperationId[] {
  let hashes: OperationId[] | undefined
  reader.forEachElement(() => {
    if (reader.readHead() !== MAJOR.bytes) throw unexpected(reader, field, 'a hash')
    const hash = readHash(reader, field)
    if (hashes) hashes.push(hash)
    else hashes = [hash]
  })
  return hashes ?? NO_HASHES
}

function readHash(reader: CborReader, field: string): OperationId {
  const bytes = reader.bytesValue()
  if (bytes.length !== HASH_BYTES || bytes[0] !== 0) throw invalidOperation(field, 'a hash', `${bytes.length} bytes`)
  return hashFromBytes(bytes, field) as OperationId
}
