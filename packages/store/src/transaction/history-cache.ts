import type { DocumentId, PublicKey } from '@rakko/core'
import type { Marks } from './arrival.js'
import type { Ledger } from './ledger.js'
import type { AddedOperation } from './ledger-state.js'

/** A document's operations, and the numbers of those who signed them. */
export interface History {
  readonly operations: readonly AddedOperation[]
  readonly authors: ReadonlyMap<PublicKey, number>
}

/** Shorter histories cost next to nothing to read again. */
const MIN_OPERATIONS = 256
/** What all of them take at most, about. */
const MAX_BYTES = 24 * 1024 * 1024
/** Of an operation with one short field, and of a further field. */
const OPERATION_BYTES = 1500
const FIELD_BYTES = 200

/**
 * Histories of documents that the last transactions have reduced as a whole, for the next one. Whoever updates one
 * document concurrently in thousands of operations does so in many transactions. Each would read and decode all of the
 * others.
 *
 * It holds for the same state as the write cache, which says how it knows. It is empty while nobody writes.
 */
export class HistoryCache {
  #mark: bigint | undefined
  /** The one reduced last at the end. */
  readonly #histories = new Map<DocumentId, History & { readonly bytes: number }>()
  #bytes = 0

  /** What is kept since `mark`. */
  tell(mark: bigint, id: DocumentId): History | undefined {
    return mark === this.#mark ? this.#histories.get(id) : undefined
  }

  /** A transaction that wrote `arrival` has committed. `reduced`: the whole histories that it has reduced. */
  committed({ before, own }: Marks, ledger: Ledger, reduced: ReadonlyMap<DocumentId, readonly AddedOperation[]>): void {
    if (this.#mark !== before) this.clear()
    this.#mark = own
    if (this.#histories.size > 0) {
      for (const { id, isChanged } of ledger.documents.values()) if (isChanged) this.#drop(id)
    }
    for (const [id, operations] of reduced) if (operations.length >= MIN_OPERATIONS) this.#keep(ledger, id, operations)
  }

  clear(): void {
    this.#mark = undefined
    this.#histories.clear()
    this.#bytes = 0
  }

  #keep(ledger: Ledger, id: DocumentId, operations: readonly AddedOperation[]): void {
    const bytes = operations.reduce((sum, one) => sum + bytesOf(one), 0)
    if (bytes > MAX_BYTES) return
    const authors = new Map(operations.map(({ publicKey }) => [publicKey, ledger.authorNumber(publicKey)]))
    this.#histories.set(id, { operations, authors, bytes })
    this.#bytes += bytes
    for (const oldest of this.#histories.keys()) {
      if (this.#bytes <= MAX_BYTES) return
      this.#drop(oldest)
    }
  }

  #drop(id: DocumentId): void {
    this.#bytes -= this.#histories.get(id)?.bytes ?? 0
    this.#histories.delete(id)
  }
}

function bytesOf({ operation: { previous, fields } }: AddedOperation): number {
  let bytes = OPERATION_BYTES + 2 * (previous?.length ?? 0)
  for (const { value } of fields?.values() ?? []) {
    bytes += FIELD_BYTES
    if (typeof value === 'string' || value instanceof Uint8Array) bytes += 2 * value.length
    else if (Array.isArray(value)) for (const one of value) bytes += FIELD_BYTES + 2 * one.length
  }
  return bytes
}
