import type { PublicKey, RakkoError } from '@rakko/core'
import { damagedRows } from '../driver/damaged-rows.js'
import { decodeHex } from '../sql/decode-id.js'
import { sql } from '../sql/sql.js'
import type { Queries } from '../tables/queries.js'

/** Keys that are kept at most, some hundred bytes each. */
export const MAX_KEYS = 10_000

/** The public key of an author's number. */
export type KeyOf = (author: number) => PublicKey

/** Public keys of authors by their numbers. These never change, so what was read once is not read again. */
export class AuthorKeys {
  readonly #keys = new Map<number, PublicKey>()

  /**
   * What `decode` makes of rows that name authors by number. Keys that are not kept cost one statement, and a
   * second call of `decode`.
   */
  async decoded<Result>(queries: Queries, decode: (keyOf: KeyOf) => Result): Promise<Result> {
    const missing = new Set<number>()
    const result = decode((author) => {
      const key = this.#keys.get(author)
      if (key === undefined) missing.add(author)
      return key ?? NOT_READ_YET
    })
    if (missing.size === 0) return result
    const keys = await readKeys(queries, missing)
    for (const author of missing) if (!keys.has(author)) throw lostAuthor(author)
    const whole = decode((author) => keys.get(author) ?? this.#keys.get(author) ?? NOT_READ_YET)
    this.#keep(keys)
    return whole
  }

  /** What was read longest ago goes first. */
  #keep(keys: ReadonlyMap<number, PublicKey>): void {
    for (const [author, key] of keys) this.#keys.set(author, key)
    for (const author of this.#keys.keys()) {
      if (this.#keys.size <= MAX_KEYS) return
      this.#keys.delete(author)
    }
  }
}

/** Stands in a result that is thrown away. */
const NOT_READ_YET = '' as PublicKey

async function readKeys(queries: Queries, authors: ReadonlySet<number>): Promise<Map<number, PublicKey>> {
  const { rows } = await queries.query<{ number: number; public_key: Uint8Array }>(
    sql`SELECT number, public_key FROM ${queries.names.table('authors')} WHERE number = ANY(${[...authors]}::integer[])`,
  )
  return new Map(rows.map(({ number, public_key }) => [number, decodeHex(public_key) as PublicKey]))
}

function lostAuthor(number: number): RakkoError {
  return damagedRows(`it has lost its author ${number}`)
}
