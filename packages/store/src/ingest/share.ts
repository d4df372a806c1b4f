import { HASH_BYTES, RakkoError } from '@rakko/core'
import type { SchemaRegistry } from '../schemas/schema-registry.js'
import { MAX_SEARCHED_CHARACTERS } from '../schemas/search-index.js'
import type { Received } from './call.js'

/**
 * A transaction takes so much, of one call or of several, and no more: no caller waits long for another. Each limit is
 * what takes about TRANSACTION_MS by itself. Where several kinds come together, the parts of their limits add up to one.
 * A batch is never split.
 */
export const MAX_TRANSACTION_ITEMS = 2048
/** Of those that this process has not signed itself: they are looked up. */
export const MAX_TRANSACTION_OTHERS = 512
export const MAX_TRANSACTION_BYTES = 4 * 1024 * 1024
/** Ids in `previous`, in relations and in schema ids that are not in memory: each is looked up or indexed. */
export const MAX_TRANSACTION_IDS = 8192
/** Schemas that are not in memory or have no tables. Looking for one takes a millisecond, making its tables some ten. */
export const MAX_TRANSACTION_SCHEMAS = 8
/** Of texts in fields that are searched, as far as they are. */
export const MAX_TRANSACTION_SEARCHED_CHARACTERS = MAX_SEARCHED_CHARACTERS

/** What a transaction should take, in milliseconds. Where one took longer, the next is smaller. */
export const TRANSACTION_MS = 100
/** Signatures of the items of a transaction are checked for so long at most, where that is done in this thread. */
const CHECKING_MS = TRANSACTION_MS / 2
/**
 * A document with a long history costs each transaction that changes it the same, however small it is. Smaller parts
 * would only make such transactions many.
 */
const LEAST_PART = 1 / 4

/** How much of the limits a transaction takes, by what the last ones took. */
export class Pace {
  #part = 1

  share(registry: SchemaRegistry, now: () => number): Share {
    return new Share(this.#part, registry, now)
  }

  /** `part` of the limits took so many milliseconds. Clocks may be set, so what they say is taken within bounds. */
  took(ms: number, part: number): void {
    this.failedAfter(ms, part)
    if (ms < (TRANSACTION_MS * 3) / 4) this.#part = Math.min(1, this.#part * 2)
  }

  /** The same of a transaction that failed: how long it took tells only whether it was too large. */
  failedAfter(ms: number, part: number): void {
    if (ms > TRANSACTION_MS) this.#part = Math.max(LEAST_PART, Math.min(this.#part, part) * (TRANSACTION_MS / ms))
  }
}

/** What one transaction has taken so far. */
export class Share {
  readonly #most: number
  readonly #registry: SchemaRegistry
  readonly #now: () => number
  readonly #began: number
  readonly #newSchemas = new Set<string>()
  #part = 0

  constructor(most: number, registry: SchemaRegistry, now: () => number) {
    this.#most = most
    this.#registry = registry
    this.#now = now
    this.#began = now()
  }

  /** Part of the limits that is taken. */
  get part(): number {
    return this.#part
  }

  /** The first is taken always. */
  hasRoom(items: number, bytes: number, isOwn: boolean): boolean {
    if (this.#part === 0) return true
    const part = items / (isOwn ? MAX_TRANSACTION_ITEMS : MAX_TRANSACTION_OTHERS) + bytes / MAX_TRANSACTION_BYTES
    return this.#part + part <= this.#most && this.#now() - this.#began < CHECKING_MS
  }

  add(received: Received, bytes: number, isOwn: boolean): void {
    this.#part += 1 / (isOwn ? MAX_TRANSACTION_ITEMS : MAX_TRANSACTION_OTHERS) + bytes / MAX_TRANSACTION_BYTES
    if (received instanceof RakkoError || !('unchecked' in received)) return
    const { schemaId, previous, fields } = received.unchecked
    const schema = this.#registry.get(schemaId)
    if (!schema?.hasTable && !this.#newSchemas.has(schemaId)) {
      this.#newSchemas.add(schemaId)
      this.#part += 1 / MAX_TRANSACTION_SCHEMAS
    }
    let ids = previous === undefined ? 0 : idsIn(previous)
    if (!schema) ids += idsIn(schemaId)
    for (const { value } of fields?.values() ?? []) if (Array.isArray(value)) ids += namedIn(value)
    this.#part += ids / MAX_TRANSACTION_IDS
    for (const name of schema?.search?.fields ?? []) {
      const value = fields?.get(name)?.value
      if (typeof value !== 'string') continue
      this.#part += Math.min(value.length, MAX_SEARCHED_CHARACTERS) / MAX_TRANSACTION_SEARCHED_CHARACTERS
    }
  }
}

/** How many ids a view id names. */
function idsIn(viewId: string): number {
  return Math.ceil(viewId.length / (2 * HASH_BYTES + 1))
}

/** How many ids a list of relations names, as it was decoded or as this process has made it. */
function namedIn(relations: readonly (string | readonly string[])[]): number {
  return relations.reduce((sum, one) => sum + (typeof one === 'string' ? idsIn(one) : one.length), 0)
}
