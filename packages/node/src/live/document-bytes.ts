import type { Document } from '@rakko/store'

/** What an object and a field of it take, roughly. */
const DOCUMENT_BYTES = 1_000
const VALUE_BYTES = 100
const TEXT_UNIT_BYTES = 2
const REFERENCE_BYTES = 8

/**
 * An estimate of the memory that documents take, with all that a query included in them. One that several of them
 * include is there once, and counts once.
 */
export class DocumentBytes {
  readonly #times = new Map<Document, number>()
  #bytes = 0

  get bytes(): number {
    return this.#bytes
  }

  add(document: Document): void {
    const times = this.#times.get(document) ?? 0
    this.#times.set(document, times + 1)
    this.#bytes += REFERENCE_BYTES
    if (times > 0) return
    this.#bytes += ownBytes(document)
    for (const { documents } of document.related?.values() ?? []) for (const one of documents) this.add(one)
  }

  /** One that was added. */
  remove(document: Document): void {
    const times = this.#times.get(document) ?? 0
    this.#bytes -= REFERENCE_BYTES
    if (times > 1) {
      this.#times.set(document, times - 1)
      return
    }
    this.#times.delete(document)
    this.#bytes -= ownBytes(document)
    for (const { documents } of document.related?.values() ?? []) for (const one of documents) this.remove(one)
  }
}

/** The same of one without what is included in it. */
export function ownBytes({ fields }: Pick<Document, 'fields'>): number {
  let bytes = DOCUMENT_BYTES
  for (const { value } of fields.values()) {
    bytes += VALUE_BYTES
    if (typeof value === 'string') bytes += TEXT_UNIT_BYTES * value.length
    else if (value instanceof Uint8Array) bytes += value.length
    else if (Array.isArray(value))
      bytes += value.reduce((sum, id) => sum + VALUE_BYTES + TEXT_UNIT_BYTES * id.length, 0)
  }
  return bytes
}
