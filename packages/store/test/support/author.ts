import { createPrivateKey, createPublicKey, type KeyObject, sign, verify } from 'node:crypto'
import {
  bytesToHex,
  concatBytes,
  type DocumentId,
  type DocumentViewId,
  encodeOperation,
  hash,
  hexToBytes,
  isSkiplinkRequired,
  lipmaa,
  type NextArgs,
  type OperationId,
  type OperationValue,
  type PublicKey,
  type SchemaId,
  type SyncSigner,
  type SyncVerifier,
  signEntry,
} from '@rakko/core'
import type { PublishItem } from '../../src/store.js'

const PKCS8_PREFIX = hexToBytes('302e020100300506032b657004220420')
const SPKI_PREFIX = hexToBytes('302a300506032b6570032100')

export type Values = Readonly<Record<string, OperationValue>>

/** An item with the ids that it has wherever it is stored. */
export interface SignedItem extends PublishItem {
  readonly id: OperationId
  readonly documentId: DocumentId
  /** The view that a document has whose latest operation it is. */
  readonly viewId: DocumentViewId
  readonly args: NextArgs
  readonly signedBy: PublicKey
}

/** By their seeds: to make one takes as long as to sign. */
const signers = new Map<string, SyncSigner>()

export function signer(seed: Uint8Array): SyncSigner {
  const name = bytesToHex(seed)
  const known = signers.get(name)
  if (known) return known
  const made = makeSigner(seed)
  signers.set(name, made)
  return made
}

function makeSigner(seed: Uint8Array): SyncSigner {
  const key = createPrivateKey({ key: Buffer.from(concatBytes(PKCS8_PREFIX, seed)), format: 'der', type: 'pkcs8' })
  const spki = createPublicKey(key).export({ format: 'der', type: 'spki' })
  return {
    publicKey: bytesToHex(spki.subarray(SPKI_PREFIX.length)) as PublicKey,
    sign(message) {
      const signature = sign(null, message, key)
      signed.set(nameOf(spki.subarray(SPKI_PREFIX.length), signature), message)
      return signature
    },
  }
}

/** Messages by their signatures: what authors here have signed. */
const signed = new Map<string, Uint8Array>()

/** Each key is parsed once: that takes a good part of what checking a signature takes. */
const parsedKeys = new Map<string, KeyObject>()

/** What authors here have signed it knows to be right. All else it checks. */
export const verifier: SyncVerifier = {
  verify(publicKey, message, signature) {
    const known = signed.get(nameOf(publicKey, signature))
    if (known !== undefined && Buffer.compare(known, message) === 0) return true
    return verify(null, message, parsedKey(publicKey), signature)
  },
}

function nameOf(publicKey: Uint8Array, signature: Uint8Array): string {
  return bytesToHex(signature) + bytesToHex(publicKey)
}

function parsedKey(publicKey: Uint8Array): KeyObject {
  const hex = bytesToHex(publicKey)
  const known = parsedKeys.get(hex)
  if (known) return known
  const der = Buffer.from(concatBytes(SPKI_PREFIX, publicKey))
  const key = createPublicKey({ key: der, format: 'der', type: 'spki' })
  parsedKeys.set(hex, key)
  return key
}

/** Writes logs by itself, knowing nothing of a store. */
export class Author {
  readonly signer: SyncSigner
  readonly #logs = new Map<bigint, OperationId[]>()
  readonly #logOf = new Map<DocumentId, bigint>()
  #nextLogId = 0n
  readonly #number: number

  /** `number` makes the key: the same number, the same author. */
  constructor(number: number) {
    const seed = new Uint8Array(32)
    new DataView(seed.buffer).setUint32(28, number)
    this.signer = signer(seed)
    this.#number = number
  }

  /** The same key with the same logs: what both write from now on forks them. */
  clone(): Author {
    const clone = new Author(this.#number)
    for (const [logId, log] of this.#logs) clone.#logs.set(logId, [...log])
    for (const [documentId, logId] of this.#logOf) clone.#logOf.set(documentId, logId)
    clone.#nextLogId = this.#nextLogId
    return clone
  }

  get publicKey(): PublicKey {
    return this.signer.publicKey
  }

  create(schemaId: SchemaId, values: Values, logId = this.#nextLogId): SignedItem {
    this.#nextLogId = logId + 1n
    const operation = encodeOperation({ action: 'create', schemaId, fields: new Map(Object.entries(values)) })
    return this.#sign(logId, undefined, operation)
  }

  update(
    documentId: DocumentId,
    schemaId: SchemaId,
    previous: DocumentViewId,
    values: Values,
    logId?: bigint,
  ): SignedItem {
    const fields = new Map(Object.entries(values))
    return this.append(documentId, encodeOperation({ action: 'update', schemaId, previous, fields }), logId)
  }

  delete(documentId: DocumentId, schemaId: SchemaId, previous: DocumentViewId): SignedItem {
    return this.append(documentId, encodeOperation({ action: 'delete', schemaId, previous }))
  }

  /** The id of a log that has no entry yet. */
  newLog(): bigint {
    return this.#nextLogId++
  }

  /** Signs any payload as the next one of the author's log of a document, unless another log is named. */
  append(
    documentId: DocumentId,
    operation: Uint8Array,
    logId = this.#logOf.get(documentId) ?? this.newLog(),
  ): SignedItem {
    return this.#sign(logId, documentId, operation)
  }

  #sign(logId: bigint, document: DocumentId | undefined, operation: Uint8Array): SignedItem {
    const log = this.#logs.get(logId) ?? []
    this.#logs.set(logId, log)
    const seqNum = BigInt(log.length + 1)
    const backlink = log.at(-1)
    const skiplink = isSkiplinkRequired(seqNum) ? log[Number(lipmaa(seqNum)) - 1] : undefined
    const args: NextArgs = { logId, seqNum, ...(backlink && { backlink }), ...(skiplink && { skiplink }) }
    const entry = signEntry(args, operation, this.signer)
    const id = hash(entry) as OperationId
    log.push(id)
    const documentId = document ?? (id as string as DocumentId)
    this.#logOf.set(documentId, logId)
    return { entry, operation, id, documentId, viewId: id as string as DocumentViewId, args, signedBy: this.publicKey }
  }
}
