import { concatBytes, joinBytes } from '../bytes/byte-array.js'
import { bytesToHex, hexToBytes } from '../bytes/hex.js'
import { blake3 } from '../hash/blake3.js'
import type { DocumentId, DocumentViewId } from '../ids.js'
import { operationIdsOf } from './document-view-id.js'

/**
 * The state hash of a schema is 32 bytes. It is the same on two nodes where the documents of the schema have the same
 * ids, view ids and deleted flags. Deleted documents count; fields do not, since the view id stands for them.
 *
 * It is a Merkle tree of two levels, so a node that keeps the hashes of buckets hashes little after a change. All of it
 * is collision-resistant: no peer can make documents whose parts cancel out.
 *
 * Documents lie in STATE_BUCKETS buckets, by the first byte of the hash in their id (the third byte of the id).
 *
 * | hash            | BLAKE3-256 of                                                              |
 * | --------------- | -------------------------------------------------------------------------- |
 * | of a bucket     | `00`, then for each document, ascending by id: id, tips, view id, deleted   |
 * | of the schema   | `01`, then for each bucket that has documents, ascending: number, its hash  |
 *
 * | part    | bytes  | content                                    |
 * | ------- | ------ | ------------------------------------------ |
 * | id      | 34     | document id                                |
 * | tips    | 4      | count of operation ids in the view id, big-endian |
 * | view id | 34 each | the operation ids, ascending              |
 * | deleted | 1      | `01` where it is deleted, else `00`        |
 * | number  | 1      | of the bucket                              |
 */
export const STATE_BUCKETS = 256

/** The part of a document that a state hash covers. */
export interface DocumentState {
  readonly id: DocumentId
  readonly viewId: DocumentViewId
  readonly deleted: boolean
}

const BUCKET_TAG = Uint8Array.of(0)
const ROOT_TAG = Uint8Array.of(1)
/** Hexadecimal digits of an id before its hash: `0020`. */
const BUCKET_DIGIT = 4

/** The bucket of a document, 0 to STATE_BUCKETS - 1. */
export function stateBucketOf(id: DocumentId): number {
  return Number.parseInt(id.slice(BUCKET_DIGIT, BUCKET_DIGIT + 2), 16)
}

/** Hash of one bucket's documents, given in any order. */
export function stateBucketHash(documents: Iterable<DocumentState>): Uint8Array {
  const parts: Uint8Array[] = [BUCKET_TAG]
  for (const { id, viewId, deleted } of [...documents].sort(byId)) {
    const tips = operationIdsOf(viewId)
    const count = new Uint8Array(4)
    new DataView(count.buffer).setUint32(0, tips.length)
    parts.push(hexToBytes(id), count, hexToBytes(tips.join('')), Uint8Array.of(deleted ? 1 : 0))
  }
  return blake3(joinBytes(parts))
}

/** The state hash made of the hashes of buckets, by number, of all that have documents. Lower-case hexadecimal. */
export function stateHashOfBuckets(buckets: ReadonlyMap<number, Uint8Array>): string {
  const parts: Uint8Array[] = [ROOT_TAG]
  for (const number of [...buckets.keys()].sort((a, b) => a - b)) {
    parts.push(concatBytes(Uint8Array.of(number), buckets.get(number) ?? new Uint8Array()))
  }
  return bytesToHex(blake3(joinBytes(parts)))
}

/** The state hash of all documents of a schema, given in any order, each once. */
export function stateHash(documents: Iterable<DocumentState>): string {
  const buckets = new Map<number, DocumentState[]>()
  for (const document of documents) {
    const number = stateBucketOf(document.id)
    const bucket = buckets.get(number) ?? []
    bucket.push(document)
    buckets.set(number, bucket)
  }
  return stateHashOfBuckets(new Map([...buckets].map(([number, bucket]) => [number, stateBucketHash(bucket)])))
}

function byId(a: DocumentState, b: DocumentState): number {
  return a.id < b.id ? -1 : 1
}
