import { writeHex } from '../bytes/hex.js'
import { HASH_BYTES, hash, parseHash } from '../hash/hash.js'
import type { Hash, PublicKey } from '../ids.js'
import { PUBLIC_KEY_BYTES, parsePublicKey } from '../key/public-key.js'
import { SIGNATURE_BYTES } from '../key/signer.js'
import type { RakkoError } from '../rakko-error.js'
import { refusal } from '../refusal.js'
import type { Entry, NextArgs } from './entry.js'
import { MAX_PAYLOAD_BYTES, TAG_BYTES } from './entry-layout.js'
import { validateLinks } from './entry-links.js'
import { MAX_U64, varu64Length, writeVaru64 } from './varu64.js'

/** Bytes of an entry with its signature, as laid out in entry-layout.ts. Throws INVALID_ARGUMENT and INVALID_ENTRY. */
export function encodeEntry(entry: Entry): Uint8Array {
  const payloadHash = parseHash(entry.payloadHash, 'payloadHash')
  checkU64('payloadSize', entry.payloadSize, 0n)
  return new EntryDraft({ ...entry, payloadHash, signature: NO_SIGNATURE }).sealed(entry.signature).bytes
}

/**
 * An unsigned entry that carries `operation` (encoded) as the next one of a log. Throws INVALID_ARGUMENT, INVALID_ENTRY
 * (links) and PAYLOAD_TOO_LARGE.
 */
export function draftEntry(args: NextArgs, publicKey: PublicKey, operation: Uint8Array): EntryDraft {
  checkPayloadSize(operation)
  // Whether there are links is checked with the rest.
  return new EntryDraft(unsignedEntry(args, publicKey, operation))
}

type UnsignedEntry = Omit<Entry, 'signature'>
/** A draft's own entry, which nobody else has: its signature takes its place later, without a copy. */
type EntryToSign = UnsignedEntry & { signature: Uint8Array }

const NO_SIGNATURE = new Uint8Array(0)

/** Each shape written out: with `...` objects of thousands of entries take several times as long. */
function unsignedEntry(args: NextArgs, publicKey: PublicKey, operation: Uint8Array): EntryToSign {
  const { logId, seqNum, skiplink, backlink } = args
  const payloadSize = BigInt(operation.length)
  const payloadHash = hash(operation)
  const signature = NO_SIGNATURE
  if (skiplink !== undefined) {
    return { publicKey, logId, seqNum, skiplink, payloadSize, payloadHash, signature, ...(backlink && { backlink }) }
  }
  if (backlink === undefined) return { publicKey, logId, seqNum, payloadSize, payloadHash, signature }
  return { publicKey, logId, seqNum, backlink, payloadSize, payloadHash, signature }
}

export interface SignedEntry {
  readonly entry: Entry
  readonly bytes: Uint8Array
}

/** An entry that lacks only its signature. */
export class EntryDraft {
  /** What is to be signed: the entry's bytes up to its signature. */
  readonly unsigned: Uint8Array
  readonly #entry: EntryToSign
  /** With room for the signature. */
  readonly #bytes: Uint8Array

  constructor(entry: EntryToSign) {
    checkU64('logId', entry.logId, 0n)
    checkU64('seqNum', entry.seqNum, 1n)
    validateLinks(entry)
    this.#entry = entry
    this.#bytes = new Uint8Array(encodedLength(entry))
    this.unsigned = this.#bytes.subarray(0, writeUnsigned(entry, this.#bytes))
  }

  /** To be called once. Throws INVALID_ARGUMENT where the signature has not 64 bytes. */
  sealed(signature: Uint8Array): SignedEntry {
    if (!(signature instanceof Uint8Array) || signature.length !== SIGNATURE_BYTES) {
      const got = signature instanceof Uint8Array ? `${signature.length} bytes` : typeof signature
      throw invalidArgument('signature', `${SIGNATURE_BYTES} bytes`, got)
    }
    this.#bytes.set(signature, this.unsigned.length)
    this.#entry.signature = signature
    return { entry: this.#entry, bytes: this.#bytes }
  }
}

function encodedLength({ logId, seqNum, skiplink, backlink, payloadSize }: UnsignedEntry): number {
  const numbers = varu64Length(logId) + varu64Length(seqNum) + varu64Length(payloadSize)
  const hashes = 1 + (skiplink === undefined ? 0 : 1) + (backlink === undefined ? 0 : 1)
  return TAG_BYTES + PUBLIC_KEY_BYTES + numbers + hashes * HASH_BYTES + SIGNATURE_BYTES
}

/** Returns the offset behind the bytes. */
function writeUnsigned(entry: UnsignedEntry, bytes: Uint8Array): number {
  let offset = TAG_BYTES
  offset = writeHex(parsePublicKey(entry.publicKey), bytes, offset)
  offset = writeVaru64(entry.logId, bytes, offset)
  offset = writeVaru64(entry.seqNum, bytes, offset)
  offset = writeLink('skiplink', entry.skiplink, bytes, offset)
  offset = writeLink('backlink', entry.backlink, bytes, offset)
  offset = writeVaru64(entry.payloadSize, bytes, offset)
  return writeHex(entry.payloadHash, bytes, offset)
}

function writeLink(field: string, link: Hash | undefined, target: Uint8Array, offset: number): number {
  return link === undefined ? offset : writeHex(parseHash(link, field), target, offset)
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
  return refusal('PAYLOAD_TOO_LARGE', { field: 'payloadSize', expected, got: size, about: 'The payload is too large' })
}

function invalidArgument(field: string, expected: string, got: string): RakkoError {
  return refusal('INVALID_ARGUMENT', { field, expected, got })
}
