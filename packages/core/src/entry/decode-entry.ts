import { bytesToHex } from '../bytes/hex.js'
import { HASH_BYTES } from '../hash/hash.js'
import type { Hash, PublicKey } from '../ids.js'
import { PUBLIC_KEY_BYTES, publicKeyFromBytes } from '../key/public-key.js'
import { SIGNATURE_BYTES } from '../key/signer.js'
import { RakkoError } from '../rakko-error.js'
import { refusal } from '../refusal.js'
import type { Entry } from './entry.js'
import { MAX_ENTRY_BYTES, TAG_BYTES } from './entry-layout.js'
import { validateLinks } from './entry-links.js'
import { isSkiplinkRequired } from './lipmaa.js'
import { decodeVaru64, type Varu64 } from './varu64.js'

/**
 * Reads an entry's parts in their order on the wire and checks the link rules. The first part that is wrong is
 * reported, as `details.field`. Not checked here: the signature (see `verifyEntry`), the payload (`checkPayload`), the
 * entries that links name (the rules of publishing). Throws INVALID_ENTRY.
 */
export function decodeEntry(bytes: Uint8Array): Entry {
  checkLength(bytes)
  const publicKey = readPublicKey(bytes)
  const { value: logId, end: afterLogId } = readVaru64('logId', bytes, TAG_BYTES + PUBLIC_KEY_BYTES)
  const { value: seqNum, end: afterSeqNum } = readVaru64('seqNum', bytes, afterLogId)
  if (seqNum === 0n) throw invalidEntry('seqNum', 'at least 1', '0')

  let offset = afterSeqNum
  let skiplink: Hash | undefined
  let backlink: Hash | undefined
  if (isSkiplinkRequired(seqNum)) {
    skiplink = readHash('skiplink', bytes, offset)
    offset += HASH_BYTES
  }
  if (seqNum > 1n) {
    backlink = readHash('backlink', bytes, offset)
    offset += HASH_BYTES
  }

  const { value: payloadSize, end: afterSize } = readVaru64('payloadSize', bytes, offset)
  const payloadHash = readHash('payloadHash', bytes, afterSize)
  const signature = readSignature(bytes, afterSize + HASH_BYTES)
  const links = { ...(skiplink !== undefined && { skiplink }), ...(backlink !== undefined && { backlink }) }
  validateLinks({ seqNum, ...links })
  return { publicKey, logId, seqNum, ...links, payloadSize, payloadHash, signature }
}

function checkLength(bytes: Uint8Array): void {
  if (!(bytes instanceof Uint8Array)) throw invalidEntry('entry', 'a Uint8Array', typeof bytes)
  if (bytes.length === 0) throw invalidEntry('entry', 'bytes', 'none')
  if (bytes.length > MAX_ENTRY_BYTES) throw invalidEntry('entry', `at most ${MAX_ENTRY_BYTES} bytes`, `${bytes.length}`)
}

function readPublicKey(bytes: Uint8Array): PublicKey {
  try {
    return publicKeyFromBytes(bytes.subarray(TAG_BYTES, TAG_BYTES + PUBLIC_KEY_BYTES))
  } catch (cause) {
    throw because('publicKey', cause)
  }
}

function readVaru64(field: string, bytes: Uint8Array, offset: number): Varu64 {
  try {
    return decodeVaru64(bytes, offset)
  } catch (cause) {
    throw because(field, cause)
  }
}

/** Id and length are varu64s of their own; the id must be BLAKE3's 0, the length is read and ignored. */
function readHash(field: string, bytes: Uint8Array, offset: number): Hash {
  const { value: id } = readVaru64(field, bytes, offset)
  if (id !== 0n) throw invalidEntry(field, 'first byte 0 (YASMF BLAKE3)', `${id}`)
  const left = bytes.length - offset
  if (left < HASH_BYTES) throw invalidEntry(field, `${HASH_BYTES} bytes`, `${left} bytes`)
  return `0020${bytesToHex(bytes.subarray(offset + 2, offset + HASH_BYTES))}` as Hash
}

function readSignature(bytes: Uint8Array, offset: number): Uint8Array {
  const left = bytes.length - offset
  if (left < SIGNATURE_BYTES) throw invalidEntry('signature', `${SIGNATURE_BYTES} bytes`, `${left} bytes`)
  return bytes.slice(offset, offset + SIGNATURE_BYTES)
}

/** The fault of a part, told as one of the entry. */
function because(field: string, cause: unknown): RakkoError {
  const { expected, got } = cause instanceof RakkoError ? cause.details : {}
  return invalidEntry(field, String(expected), String(got), cause)
}

function invalidEntry(field: string, expected: string, got: string, cause?: unknown): RakkoError {
  return refusal('INVALID_ENTRY', { field, expected, got, about: `Invalid entry, ${field}`, cause })
}
