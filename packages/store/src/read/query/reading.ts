import type { Document } from '../../store.js'
import type { KeyOf } from '../../transaction/author-keys.js'
import type { LargeDocuments } from './large-documents.js'

/** One reading of a statement's rows, and what it knows beside them. */
export class Reading {
  readonly keyOf: KeyOf
  readonly large: LargeDocuments
  /** A document was met that was too large to be looked at, see `evaluateGuarded`. The page is to be asked for again. */
  metGuarded = false
  readonly #made = new Map<object, Map<string, Document>>()

  constructor(keyOf: KeyOf, large: LargeDocuments) {
    this.keyOf = keyOf
    this.large = large
  }

  /** The documents that one decoder has made, by their view ids. */
  made(decoder: object): Map<string, Document> {
    const known = this.#made.get(decoder)
    if (known) return known
    const made = new Map<string, Document>()
    this.#made.set(decoder, made)
    return made
  }
}
