import type { DocumentId, Hash, PublicKey } from '@rakko/core'
import type { Arrival } from '../decide/arrivals.js'
import { hasRoom, PARKED_MS, type ParkedSize } from '../decide/park-bounds.js'
import { bytesOf, completes, type Parked, payloadOf } from '../decide/parked.js'
import { decodeSigned, type InvalidEntry, isReadable } from '../decide/receive-from-peer.js'
import { isPayloadLess } from '../decide/received-item.js'
import { hexArray } from '../sql/column.js'
import { decodeHex } from '../sql/decode-id.js'
import { type Sql, sql } from '../sql/sql.js'
import type { Names } from '../tables/names.js'
import type { Counters } from '../transaction/arrival.js'
import type { WriteTransaction } from '../transaction/database.js'
import { ancestorsSql, deleteParked, PARKED_CELLS, type ParkedEntry, type WaitingRow, wokenSql } from './parked-sql.js'
import { PARKED, PARKED_PAYLOADS, PARKED_WAITS, type ParkedRow } from './rows.js'

/**
 * Entries that wait, in a table, so that they are there after a restart. This is what one transaction reads of them and
 * writes. The row that every transaction locks counts them: where there are none nothing is read.
 */
export class Parking {
  readonly #transaction: WriteTransaction
  readonly #names: Names
  readonly #counters: Counters
  /** Entries that other transactions have decided, and whose waiting ones this one looks at. */
  #decidedBefore: readonly Hash[] = []
  readonly #stored = new Map<Hash, Parked>()
  /** Those of `#stored` that were held before. They are kept whatever there is of them. */
  readonly #again = new Set<Hash>()
  readonly #invalid = new Map<Hash, InvalidEntry>()
  /** What the next look at what is woken may read. Undefined where all of it was read. */
  #next: Readonly<WokenBounds> | undefined
  #woken = 0
  #wokenBytes = 0

  constructor(transaction: WriteTransaction) {
    this.#transaction = transaction
    this.#names = transaction.names
    this.#counters = transaction.ledger.counters
  }

  /** Whether more waits for what was decided than this transaction has looked at. */
  get hasMore(): boolean {
    return this.#next !== undefined
  }

  /** Entries that were held without their payloads, which came since and can never be valid. They are not in `Parked`. */
  get invalid(): readonly InvalidEntry[] {
    return [...this.#invalid.values()]
  }

  /** Whether this entry, with the payload or without, waited here and was held before. */
  wasHeld(item: Arrival): boolean {
    const stored = this.#stored.get(item.entryHash)
    if (!stored || !isReadable(item) || !this.#again.has(item.entryHash)) return false
    return isPayloadLess(item) || !isPayloadLess(stored.item)
  }

  /**
   * Reads what waits for these hashes, what waits for that in turn, and the entries with these hashes, as far as the
   * first look goes. Takes one statement, and one more where something waits. What was read before is left out.
   */
  wokenBy(hashes: readonly Hash[]): Promise<readonly Parked[]> {
    return this.#wake(hashes, FIRST_LOOK)
  }

  /** As `wokenBy`, where other transactions have decided these. */
  wokenByDecided(hashes: readonly Hash[]): Promise<readonly Parked[]> {
    this.#decidedBefore = hashes
    return this.wokenBy(hashes)
  }

  /** Goes on where the last look has left something out. Each look is longer, since what it saw was decided. */
  async moreWokenBy(hashes: readonly Hash[]): Promise<readonly Parked[]> {
    const entries = Math.min(this.#next?.entries ?? 0, MAX_WOKEN.entries - this.#woken)
    const bytes = Math.min(this.#next?.bytes ?? 0, MAX_WOKEN.bytes - this.#wokenBytes)
    if (entries <= 0 || bytes <= 0) return []
    return this.#wake([...this.#decidedBefore, ...hashes], { entries, bytes })
  }

  /** Only ids are read of what might be decided, and entries and operations within the bounds. */
  async #wake(hashes: readonly Hash[], bounds: Readonly<WokenBounds>): Promise<readonly Parked[]> {
    if (this.#isEmpty) return []
    const parked = this.#names.table('parked')
    const { rows } = await this.#transaction.query<WaitingRow>(
      wokenSql(parked, hashes, this.#stored.keys(), bounds.entries),
    )
    // What has come again itself is always read: it leaves if it is decided, and is not parked twice.
    const own = rows.filter((row) => row.own)
    const woken = rows.filter((row) => !row.own)
    let [count, bytes] = [0, 0]
    for (const row of woken) {
      if (count > 0 && (count === bounds.entries || bytes + row.bytes > bounds.bytes)) break
      count += 1
      bytes += row.bytes
    }
    // Own rows may have taken places of the limit.
    const isWhole = count === woken.length && rows.length <= bounds.entries
    this.#next = isWhole ? undefined : { entries: bounds.entries * 4, bytes: bounds.bytes * 4 }
    this.#woken += count
    this.#wokenBytes += bytes
    const looked = [...own, ...woken.slice(0, count)].map(({ hash }) => decodeHex(hash) as Hash)
    if (looked.length === 0) return []
    return this.#read(sql`SELECT ${PARKED_CELLS} FROM ${parked} AS p WHERE hash = ANY(${hexArray(looked)}::bytea[])`)
  }

  /** Reads the entries with these hashes that wait, and what those wait for in turn. */
  ancestorsOf(hashes: readonly Hash[]): Promise<readonly Parked[]> {
    return this.#read(ancestorsSql(this.#names.table('parked'), hashes))
  }

  /** Reads so much of what waits, in order of the hashes, after one of them. `missedOnly`: if it waits for a decided one. */
  after(hash: Hash | undefined, count: number, missedOnly: boolean): Promise<readonly Parked[]> {
    const after = hexArray(hash === undefined ? [] : [hash])
    const entries = this.#names.table('entries')
    const isMissed = sql`EXISTS (SELECT FROM ${entries} AS e WHERE e.hash = p.waits_for)`
    return this.#read(
      sql`SELECT ${PARKED_CELLS} FROM ${this.#names.table('parked')} AS p
       WHERE hash > ALL(${after}::bytea[]) AND ${missedOnly ? isMissed : sql`true`}
       ORDER BY hash LIMIT ${count}::integer`,
    )
  }

  /** Reads what still waits of these documents, and was held before. In order of documents and hashes, after one. */
  heldIn(documents: readonly DocumentId[], after: Hash | undefined, count: number): Promise<readonly Parked[]> {
    return this.#read(
      sql`SELECT ${PARKED_CELLS} FROM ${this.#names.table('parked')} AS p
       WHERE document = ANY(${hexArray(documents)}::bytea[]) AND hash > ALL(${hexArray(after ? [after] : [])}::bytea[])
       ORDER BY hash LIMIT ${count}::integer`,
    )
  }

  get #isEmpty(): boolean {
    return this.#counters.parked + this.#counters.again === 0
  }

  async #read(statement: Sql): Promise<readonly Parked[]> {
    if (this.#isEmpty) return []
    const { rows } = await this.#transaction.query<ParkedEntry>(statement)
    const read: Parked[] = []
    for (const { waits_for, entry, operation, document } of rows) {
      const item = decodeSigned({ entry, operation: operation.length === 0 ? undefined : operation })
      if (document !== null) this.#again.add(item.entryHash)
      if ('error' in item) {
        if (document === null) throw new Error('an invalid entry was parked', { cause: item.error })
        this.#invalid.set(item.entryHash, item)
        continue
      }
      if (this.#stored.has(item.entryHash)) continue
      const parked = { item, waitsFor: decodeHex(waits_for) as Hash }
      this.#stored.set(item.entryHash, parked)
      read.push(parked)
    }
    return read
  }

  /**
   * Returns what is to be written. `left` waits at the end, and of what was read all that `isDecided` goes. Counts it,
   * and returns which of those that wait are parked now: not all, where there is no room.
   */
  async park(
    left: readonly Parked[],
    isDecided: (hash: Hash) => boolean,
    now: number,
  ): Promise<{ writes: Sql[]; parked: ReadonlySet<Hash> }> {
    const waiting = new Map(left.map((one) => [one.item.entryHash, one]))
    // An entry that is neither decided nor waits any more met a limit of this node. That is not final: it may come
    // again.
    const stored = [...this.#stored.values()].filter(
      ({ item: { entryHash } }) => isDecided(entryHash) || !(waiting.has(entryHash) || this.#again.has(entryHash)),
    )
    for (const { item } of stored) this.#leave(item)
    const invalid = [...this.#invalid.keys()].filter(isDecided)
    this.#counters.again -= invalid.length
    const leaving = [...stored.map(({ item }) => item.entryHash), ...invalid]
    const kept = left.filter((one) => !this.#isMore(one))
    const stuck = [...this.#stored.values()].flatMap(({ item }): Parked[] => {
      const isKept = this.#again.has(item.entryHash) && !isDecided(item.entryHash) && !waiting.has(item.entryHash)
      // Nothing that can come is known to be what it waits for.
      return isKept ? [{ item, waitsFor: item.entryHash }] : []
    })
    const moved = [...kept, ...stuck].filter(
      ({ item, waitsFor }) => this.#stored.get(item.entryHash)?.waitsFor !== waitsFor,
    )
    const taken = await this.#withRoom(
      left.filter((one) => this.#isMore(one)),
      now,
    )
    const table = this.#names.table('parked')
    const rowsOf = (some: readonly Parked[]) => some.map((parked) => parkedRow(parked, now))
    const isStored = ({ item }: Parked) => this.#stored.has(item.entryHash)
    const writes = [
      ...(leaving.length > 0 ? [deleteParked(table, leaving)] : []),
      ...PARKED_WAITS.update(table, rowsOf(moved)),
      ...PARKED_PAYLOADS.update(table, rowsOf(taken.filter(isStored))),
      ...PARKED.insert(table, rowsOf(taken.filter((one) => !isStored(one)))),
    ]
    return { writes, parked: new Set([...kept, ...taken].map(({ item }) => item.entryHash)) }
  }

  /** Whether there is more to keep than what is parked already. */
  #isMore(parked: Parked): boolean {
    const stored = this.#stored.get(parked.item.entryHash)
    return stored === undefined || completes(stored, parked)
  }

  async #withRoom(candidates: readonly Parked[], now: number): Promise<Parked[]> {
    if (candidates.length === 0) return []
    const sizes = await this.#authorSizes(candidates)
    const added = this.#take(candidates, sizes)
    if (added.length === candidates.length || this.#counters.parked === added.length) return added
    if ((await this.#expire(now)) === 0) return added
    const rest = candidates.filter((candidate) => !added.includes(candidate))
    const expired = await this.#authorSizes(rest)
    for (const { item } of added) addTo(expired, item.entry.publicKey, this.#sizeOf(item))
    return [...added, ...this.#take(rest, expired)]
  }

  #take(candidates: readonly Parked[], sizes: Map<PublicKey, ParkedSize>): Parked[] {
    return candidates.filter(({ item }) => {
      if (this.#again.has(item.entryHash)) return true
      const all = { entries: this.#counters.parked, bytes: this.#counters.parkedBytes }
      const { publicKey } = item.entry
      const size = this.#sizeOf(item)
      if (!hasRoom(size.bytes, all, sizes.get(publicKey) ?? { entries: 0, bytes: 0 })) return false
      this.#count(size.entries, size.bytes)
      addTo(sizes, publicKey, size)
      return true
    })
  }

  /** What it takes beyond what is parked of it. */
  #sizeOf(item: Parked['item']): ParkedSize {
    const stored = this.#stored.get(item.entryHash)
    return stored ? { entries: 0, bytes: bytesOf(item) - bytesOf(stored.item) } : { entries: 1, bytes: bytesOf(item) }
  }

  async #authorSizes(candidates: readonly Parked[]): Promise<Map<PublicKey, ParkedSize>> {
    if (this.#isEmpty) return new Map()
    const authors = new Set(candidates.map(({ item }) => item.entry.publicKey))
    const { rows } = await this.#transaction.query<{ author: Uint8Array; entries: bigint; bytes: bigint }>(
      sql`SELECT author, count(*) AS entries, sum(octet_length(entry) + octet_length(operation))::bigint AS bytes
       FROM ${this.#names.table('parked')} WHERE author = ANY(${hexArray(authors)}::bytea[]) AND document IS NULL
       GROUP BY author`,
    )
    return new Map(
      rows.map(({ author, entries, bytes }) => [
        decodeHex(author) as PublicKey,
        { entries: Number(entries), bytes: Number(bytes) },
      ]),
    )
  }

  /** Drops what has waited too long, except what this transaction works on. Returns how many. */
  async #expire(now: number): Promise<number> {
    const { rows } = await this.#transaction.query<{ bytes: number }>(
      sql`DELETE FROM ${this.#names.table('parked')}
       WHERE time <= ${now - PARKED_MS}::bigint AND document IS NULL AND NOT hash = ANY(${hexArray(this.#stored.keys())}::bytea[])
       RETURNING octet_length(entry) + octet_length(operation) AS bytes`,
    )
    this.#counters.parked -= rows.length
    this.#counters.parkedBytes -= rows.reduce((sum, { bytes }) => sum + bytes, 0)
    return rows.length
  }

  #leave(item: Parked['item']): void {
    if (this.#again.has(item.entryHash)) this.#counters.again -= 1
    else this.#count(-1, -bytesOf(item))
  }

  #count(entries: number, bytes: number): void {
    this.#counters.parked += entries
    this.#counters.parkedBytes += bytes
  }
}

interface WokenBounds {
  readonly entries: number
  readonly bytes: number
}

/** What is read at first, before anything of it is decided. */
const FIRST_LOOK: WokenBounds = { entries: 256, bytes: 1024 * 1024 }

/** What one transaction looks at of what waits for the entries that it has decided. Another one looks at the rest. */
export const MAX_WOKEN: WokenBounds = { entries: 512, bytes: 1024 * 1024 }

function addTo(sizes: Map<PublicKey, ParkedSize>, author: PublicKey, { entries, bytes }: ParkedSize): void {
  const size = sizes.get(author) ?? { entries: 0, bytes: 0 }
  sizes.set(author, { entries: size.entries + entries, bytes: size.bytes + bytes })
}

function parkedRow({ item, waitsFor }: Parked, time: number): ParkedRow {
  const { entryHash: hash, entry, entryBytes } = item
  return { hash, waitsFor, author: entry.publicKey, time, entry: entryBytes, operation: payloadOf(item) }
}
