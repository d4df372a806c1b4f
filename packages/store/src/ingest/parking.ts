import type { Hash, PublicKey } from '@rakko/core'
import type { Session } from '../driver/driver.js'
import { bulkInsert, bulkUpdate } from '../sql/bulk.js'
import { hexArray } from '../sql/column.js'
import type { Names } from '../sql/names.js'
import type { Statement } from '../sql/statement.js'
import { decodeHex } from '../values/decode-column.js'
import type { Counters } from './ledger.js'
import { hasRoom, PARKED_MS, type ParkedSize } from './park-bounds.js'
import { bytesOf, type Parked } from './parked.js'
import { decodeSigned } from './receive-from-peer.js'
import type { ReceivedItem } from './received-item.js'
import { PARKED, PARKED_WAITS } from './rows.js'

/**
 * Entries that wait, in a table, so that they are there after a restart: what one transaction reads of them and writes.
 * The counters, in the row that every transaction locks, tell how many there are: where there are none nothing is read.
 */
export class Parking {
  readonly #session: Session
  readonly #names: Names
  readonly #counters: Counters
  readonly #stored = new Map<Hash, Parked>()

  constructor(session: Session, names: Names, counters: Counters) {
    this.#session = session
    this.#names = names
    this.#counters = counters
  }

  /** Reads what waits for these entries, and what waits for that in turn; and these themselves. One statement. */
  wokenBy(hashes: readonly Hash[]): Promise<readonly Parked[]> {
    const parked = this.#names.table('parked')
    return this.#read(
      `WITH RECURSIVE woken AS (
         SELECT hash FROM ${parked} WHERE waits_for = ANY($1::bytea[]) OR hash = ANY($1::bytea[])
         UNION SELECT p.hash FROM woken JOIN ${parked} AS p ON p.waits_for = woken.hash
       )
       SELECT p.hash, p.waits_for, p.entry, p.operation FROM woken JOIN ${parked} AS p USING (hash)`,
      [hexArray(hashes)],
    )
  }

  /** Reads all that waits. */
  all(): Promise<readonly Parked[]> {
    return this.#read(`SELECT hash, waits_for, entry, operation FROM ${this.#names.table('parked')}`, [])
  }

  async #read(text: string, parameters: unknown[]): Promise<readonly Parked[]> {
    if (this.#counters.parked === 0) return []
    const { rows } = await this.#session.query<ParkedEntry>(text, parameters)
    for (const { waits_for, entry, operation } of rows) {
      const item = decodeSigned({ entry, operation })
      if ('error' in item) throw new Error('an invalid entry was parked', { cause: item.error })
      this.#stored.set(item.entryHash, { item, waitsFor: decodeHex(waits_for) as Hash })
    }
    return [...this.#stored.values()]
  }

  /**
   * What is to be written: `left` waits at the end, and of what was read all that `isDecided` goes. Counts it, and answers
   * which of those that wait are parked now: not all, where there is no room.
   */
  async settle(
    left: readonly Parked[],
    isDecided: (hash: Hash) => boolean,
    now: number,
  ): Promise<{ writes: Statement[]; parked: ReadonlySet<Hash> }> {
    const waiting = new Map(left.map((one) => [one.item.entryHash, one]))
    // What is neither decided nor waits any more met a limit of this node, which is not for good: it has to come again.
    const leaving = [...this.#stored.values()].filter(
      ({ item: { entryHash } }) => isDecided(entryHash) || !waiting.has(entryHash),
    )
    for (const { item } of leaving) this.#count(-1, item)
    const kept = [...waiting.values()].filter(({ item }) => this.#stored.has(item.entryHash))
    const moved = kept.filter(({ item, waitsFor }) => this.#stored.get(item.entryHash)?.waitsFor !== waitsFor)
    const added = await this.#withRoom(
      [...waiting.values()].filter(({ item }) => !this.#stored.has(item.entryHash)),
      now,
    )
    const table = this.#names.table('parked')
    const rows = added.map((parked) => parkedRow(parked, now))
    const writes = [
      ...(leaving.length > 0 ? [deleteParked(table, leaving)] : []),
      ...bulkUpdate(
        table,
        ['hash'],
        PARKED_WAITS,
        moved.map((parked) => parkedRow(parked, now)),
      ),
      ...bulkInsert(table, PARKED, rows),
    ]
    return { writes, parked: new Set([...kept, ...added].map(({ item }) => item.entryHash)) }
  }

  async #withRoom(candidates: readonly Parked[], now: number): Promise<Parked[]> {
    if (candidates.length === 0) return []
    const sizes = await this.#authorSizes(candidates)
    const added = this.#take(candidates, sizes)
    if (added.length === candidates.length || this.#counters.parked === added.length) return added
    if ((await this.#expire(now)) === 0) return added
    const rest = candidates.filter((candidate) => !added.includes(candidate))
    const expired = await this.#authorSizes(rest)
    for (const { item } of added) addTo(expired, item)
    return [...added, ...this.#take(rest, expired)]
  }

  #take(candidates: readonly Parked[], sizes: Map<PublicKey, ParkedSize>): Parked[] {
    return candidates.filter(({ item }) => {
      const all = { entries: this.#counters.parked, bytes: this.#counters.parkedBytes }
      const ofAuthor = sizes.get(item.entry.publicKey) ?? { entries: 0, bytes: 0 }
      if (!hasRoom(bytesOf(item), all, ofAuthor)) return false
      this.#count(1, item)
      addTo(sizes, item)
      return true
    })
  }

  async #authorSizes(candidates: readonly Parked[]): Promise<Map<PublicKey, ParkedSize>> {
    if (this.#counters.parked === 0) return new Map()
    const authors = new Set(candidates.map(({ item }) => item.entry.publicKey))
    const { rows } = await this.#session.query<{ author: Uint8Array; entries: bigint; bytes: bigint }>(
      `SELECT author, count(*) AS entries, sum(octet_length(entry) + octet_length(operation))::bigint AS bytes
       FROM ${this.#names.table('parked')} WHERE author = ANY($1::bytea[]) GROUP BY author`,
      [hexArray(authors)],
    )
    return new Map(
      rows.map(({ author, entries, bytes }) => [
        decodeHex(author) as PublicKey,
        { entries: Number(entries), bytes: Number(bytes) },
      ]),
    )
  }

  /** Drops what has waited too long, what this transaction works on aside; answers how many. */
  async #expire(now: number): Promise<number> {
    const { rows } = await this.#session.query<{ bytes: number }>(
      `DELETE FROM ${this.#names.table('parked')} WHERE time <= $1::bigint AND NOT hash = ANY($2::bytea[])
       RETURNING octet_length(entry) + octet_length(operation) AS bytes`,
      [now - PARKED_MS, hexArray(this.#stored.keys())],
    )
    this.#counters.parked -= rows.length
    this.#counters.parkedBytes -= rows.reduce((sum, { bytes }) => sum + bytes, 0)
    return rows.length
  }

  #count(entries: 1 | -1, item: ReceivedItem): void {
    this.#counters.parked += entries
    this.#counters.parkedBytes += entries * bytesOf(item)
  }
}

/** Whether anything of this author waits. */
export async function isParking(session: Pick<Session, 'query'>, names: Names, author: PublicKey): Promise<boolean> {
  const { rows } = await session.query(
    `SELECT hash FROM ${names.table('parked')} WHERE author = ANY($1::bytea[]) LIMIT 1`,
    [hexArray([author])],
  )
  return rows.length > 0
}

interface ParkedEntry {
  hash: Uint8Array
  waits_for: Uint8Array
  entry: Uint8Array
  operation: Uint8Array
}

function addTo(sizes: Map<PublicKey, ParkedSize>, item: ReceivedItem): void {
  const { entries, bytes } = sizes.get(item.entry.publicKey) ?? { entries: 0, bytes: 0 }
  sizes.set(item.entry.publicKey, { entries: entries + 1, bytes: bytes + bytesOf(item) })
}

function parkedRow({ item, waitsFor }: Parked, time: number) {
  const { entryHash: hash, entry, entryBytes, operationBytes } = item
  return { hash, waitsFor, author: entry.publicKey, time, entry: entryBytes, operation: operationBytes }
}

function deleteParked(table: string, leaving: readonly Parked[]): Statement {
  return {
    text: `DELETE FROM ${table} WHERE hash = ANY($1::bytea[])`,
    parameters: [hexArray(leaving.map(({ item }) => item.entryHash))],
  }
}
