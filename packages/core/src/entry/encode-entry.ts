import { hexToBytes } from '../bytes/hex.js'
import { hashBytes, hashToBytes, parseHash } from '../hash/hash.js'
import type { Hash, PublicKey } from '../ids.js'
import { parsePublicKey } from '../key/public-key.js'
import { SIGNATURE_BYTES } from '../key/signer.js'
import { RakkoError } from '../rakko-error.js'
import type { Entry, NextArgs } from './entry.js'
import { MAX_ENCODED_ENTRY_BYTES, MAX_PAYLOAD_BYTES } from './entry-layout.js'
import { validateLinks } from './entry-links.js'
import { MAX_U64, writeVaru64 } from './varu64.js'

/** Bytes of an entry with its signature, as laid out in entry-layout.ts. Throws INVALID_ARGUMENT and INVALID_ENTRY. */
export function encodeEntry(entry: Entry): Uint8Array {
  const payloadHash = hashToBytes(parseHash(entry.payloadHash, 'payloadHash'))
  checkU64('payloadSize', entry.payloadSize, 0n)
  const unsigned = encodeUnsigned(entry, entry.publicKey, entry.payloadSize, payloadHash)
  return appendSignature(unsigned, entry.signature)
}

/**
 * Bytes of an entry up to its signature, which is made over exactly these. `operation` is the encoded operation.
 * Throws INVALID_ARGUMENT, INVALID_ENTRY (links) and PAYLOAD_TOO_LARGE.
 */
export function encodeUnsignedEntry(args: NextArgs, publicKey: PublicKey, operation: Uint8Array): Uint8Array {
  checkPayloadSize(operation)
  return encodeUnsigned(args, publicKey, BigInt(operation.length), hashBytes(operation))
}

/** Completes what `encodeUnsignedEntry` made. Throws INVALID_ARGUMENT where the signature has not 64 bytes. */
export function appendSignature(unsigned: Uint8Array, signature: Uint8Array): Uint8Array {
  if (!(signature instanceof Uint8Array) || signature.length !== SIGNATURE_BYTES) {
    const got = signature instanceof Uint8Array ? `${signature.length} bytes` : typeof signature
    throw invalidArgument('signature', `${SIGNATURE_BYTES} bytes`, got)
  }
  const bytes = new Uint8Array(unsigned.length + SIGNATURE_BYTES)
  bytes.set(unsigned)
  bytes.set(signature, unsigned.length)
  return bytes
}

function encodeUnsigned(
  args: NextArgs,
  publicKey: PublicKey,
  payloadSize: bigint,
  payloadHash: Uint8Array,
): Uint8Array {
  checkU64('logId', args.logId, 0n)
  checkU64('seqNum', args.seqNum, 1n)
  validateLinks(args)
  const bytes = new Uint8Array(MAX_ENCODED_ENTRY_BYTES)
  let offset = 1
  offset = writeBytes(hexToBytes(parsePublicKey(publicKey)), bytes, offset)
  offset = writeVaru64(args.logId, bytes, offset)
  offset = writeVaru64(args.seqNum, bytes, offset)
  offset = writeLink('skiplink', args.skiplink, bytes, offset)
  offset = writeLink('backlink', args.backlink, bytes, offset)
  offset = writeVaru64(payloadSize, bytes, offset)
  offset = writeBytes(payloadHash, bytes, offset)
  return bytes.subarray(0, offset)
}

function writeLink(field: string, link: Hash | undefined, target: Uint8Array, offset: number): number {
  return link === undefined ? offset : writeBytes(hashToBytes(parseHash(link, field)), target, offset)
}

function writeBytes(bytes: Uint8Array, target: Uint8Array, offset: number): number {
  target.set(bytes, offset)
  return offset + bytes.length
}

function checkU64(field: string, value: bigint, smallest: bigint): void {
  if (typeof value === 'bigint' && value >= smallest && value <= MAX_U64) return
  const got = typeof value === 'bigint' ? `${value}` : typeof value
  throw invalidArgument(field, `a bigint from ${smallest} to 2^64−1`, got)
}

function checkPayloadSize(operation: Uint8Array): void {
  if (!(operation instanceof Uint8Array) || operation.length === 0) {
    const got = operation instanceof Uint8Array ? 'no bytes' : typeof operation
    throw invalidArgument('operation', 'the bytes of an encoded operation', got)
  }
  if (operation.length > MAX_PAYLOAD_BYTES) throw payloadTooLarge(operation.length)
}

export function payloadTooLarge(size: number | bigint): RakkoError {
  const expected = `at most ${MAX_PAYLOAD_BYTES} bytes`
  return new RakkoError('PAYLOAD_TOO_LARGE', `Payload too large: expected ${expected}, got ${size}`, {
    field: 'payloadSize',
    expected,
    got: size,
  })
}

function invalidArgument(field: string, expected: string, got: string): RakkoError {
  return new RakkoError('INVALID_ARGUMENT', `Invalid ${field}: expected ${expected}, got ${got}`, {
    field,
    expected,
    got,
  })
}
