import {
  type DocumentId,
  type DocumentViewId,
  type Hash,
  isPlainObject,
  isSkiplinkRequired,
  lipmaa,
  type NextArgs,
  type RakkoError,
  refusal,
  type Schema,
  type WriteArgs,
} from '@rakko/core'
import { isCreatedInBatch } from './batch.js'

/** A document that a batch creates, as far as it is signed. */
interface BatchDocument {
  readonly logId: bigint
  /** Hashes of its entries: that at index 0 has sequence number 1. */
  readonly hashes: Hash[]
}

/**
 * The documents that a batch creates. Nothing of them is stored while the batch is signed, so what their entries
 * follow is told here and not by the store.
 */
export class BatchDocuments {
  readonly #documents = new Map<number, BatchDocument>()

  /** The CREATE at this place was signed. */
  created(place: number, { logId }: NextArgs, hash: Hash): void {
    this.#documents.set(place, { logId, hashes: [hash] })
  }

  /** A change of the document was signed that the write at this place creates. */
  changed(place: number, hash: Hash): void {
    this.#documents.get(place)?.hashes.push(hash)
  }

  documentId(place: number): DocumentId | undefined {
    return this.#documents.get(place)?.hashes[0] as string | undefined as DocumentId | undefined
  }

  viewId(place: number): DocumentViewId | undefined {
    return this.#documents.get(place)?.hashes.at(-1) as string | undefined as DocumentViewId | undefined
  }

  /** What the next entry of a document's log is signed with. */
  writeArgs(place: number): WriteArgs | undefined {
    const document = this.#documents.get(place)
    const backlink = document?.hashes.at(-1)
    if (document === undefined || backlink === undefined) return undefined
    const seqNum = BigInt(document.hashes.length) + 1n
    const skiplink = isSkiplinkRequired(seqNum) ? document.hashes[Number(lipmaa(seqNum)) - 1] : undefined
    const args = { logId: document.logId, seqNum, backlink, ...(skiplink !== undefined && { skiplink }) }
    return { args, previous: backlink as string as DocumentViewId }
  }

  /** Fields with ids where documents of the batch stood. Throws INVALID_FIELD. */
  resolve(schema: Schema, fields: unknown): unknown {
    // What is no object of field values stays as it is, so that the check of fields refuses it.
    if (!isPlainObject(fields)) return fields
    const resolved: Record<string, unknown> = { ...fields }
    for (const [name, { type }] of schema.fields) {
      const value = resolved[name]
      if (type === 'relation') resolved[name] = this.#idOf(name, value, (place) => this.documentId(place))
      if (type === 'pinned_relation') resolved[name] = this.#idOf(name, value, (place) => this.viewId(place))
      if (!Array.isArray(value)) continue
      const idsOf = (find: (place: number) => string | undefined) =>
        Array.from(value, (one, index) => this.#idOf(`${name}[${index}]`, one, find))
      if (type === 'relation_list') resolved[name] = idsOf((place) => this.documentId(place))
      if (type === 'pinned_relation_list') resolved[name] = idsOf((place) => this.viewId(place))
    }
    return resolved
  }

  #idOf(field: string, value: unknown, find: (place: number) => string | undefined): unknown {
    if (!isCreatedInBatch(value)) return value
    const id = find(value.create)
    if (id === undefined) throw notCreated(field, value.create, 'INVALID_FIELD')
    return id
  }
}

/** Places of the batch's documents that fields name. */
export function placesIn(fields: unknown): number[] {
  if (!isPlainObject(fields)) return []
  const values = Object.values(fields).flatMap((value: unknown) => (Array.isArray(value) ? Array.from(value) : [value]))
  return values.filter(isCreatedInBatch).map(({ create }) => create)
}

export function notCreated(field: string, place: number, code: 'INVALID_FIELD' | 'INVALID_ARGUMENT'): RakkoError {
  return refusal(code, {
    field,
    expected: 'a document that an earlier write of the batch creates',
    got: `write ${place}`,
  })
}
