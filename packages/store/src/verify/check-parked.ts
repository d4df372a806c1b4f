import { unlessInvalid } from '@rakko/core'
import { decodeSigned } from '../decide/receive-from-peer.js'
import { hexArray } from '../sql/column.js'
import { decodeHex } from '../sql/decode-id.js'
import { sql } from '../sql/sql.js'
import { waitingCountsSql } from '../tables/waiting-counts.js'
import type { Database } from '../transaction/database.js'
import { orMended } from './check-tables.js'
import type { Findings } from './findings.js'

/** Entries and bytes that one slice reads. One entry is always read. */
const SLICE_ENTRIES = 256
const SLICE_BYTES = 4 * 1024 * 1024

interface ParkedRow {
  hash: Uint8Array
  author: Uint8Array
  entry: Uint8Array
  operation: Uint8Array
}

/**
 * Looks at the entries that wait. Nothing was decided about them, so one that is not what its hash says goes: it comes
 * again. The counters are those of what is left.
 */
export class ParkedCheck {
  readonly #database: Database
  readonly #findings: Findings
  #last = ''

  constructor(database: Database, findings: Findings) {
    this.#database = database
    this.#findings = findings
  }

  /** Returns whether all were looked at. */
  async slice(): Promise<boolean> {
    const rows = await orMended(
      this.#database,
      this.#findings,
      () => ['parked'],
      () => this.#read(),
    )
    const wrong = rows.filter((row) => !isItself(row)).map(({ hash }) => decodeHex(hash))
    const last = rows.at(-1)
    if (wrong.length > 0) {
      const { names } = this.#database
      await this.#database.write(async (transaction) => {
        await transaction.query(sql`DELETE FROM ${names.table('parked')} WHERE hash = ANY(${hexArray(wrong)}::bytea[])`)
      })
    }
    if (last) this.#last = decodeHex(last.hash)
    else await this.#count()
    return !last
  }

  async #read(): Promise<ParkedRow[]> {
    const after = hexArray(this.#last === '' ? [] : [this.#last])
    const { rows } = await this.#database.query<ParkedRow>(
      sql`SELECT hash, author, entry, operation FROM (
         SELECT hash, author, entry, operation, row_number() OVER w AS place,
           sum(octet_length(entry) + octet_length(operation)) OVER w AS bytes
         FROM (SELECT * FROM ${this.#database.names.table('parked')} WHERE hash > ALL(${after}::bytea[])
           ORDER BY hash LIMIT ${sql.integer(SLICE_ENTRIES)}) AS next WINDOW w AS (ORDER BY hash)) AS found
       WHERE place = 1 OR bytes <= ${sql.integer(SLICE_BYTES)} ORDER BY hash`,
    )
    return rows
  }

  /** What is gone without a trace shows in the counters. */
  async #count(): Promise<void> {
    const { names } = this.#database
    const arrival = names.table('arrival')
    const counted = sql`(${waitingCountsSql(names)}) AS c`
    const isWrong = sql`(a.parked, a.parked_bytes, a.again, a.taken_back)
      IS DISTINCT FROM (c.parked, c.parked_bytes, c.again, c.taken_back)`
    const { rows } = await this.#database.query(sql`SELECT FROM ${arrival} AS a, ${counted} WHERE ${isWrong}`)
    if (rows.length === 0) return
    const { affectedRows } = await this.#database.write((transaction) =>
      transaction.query(
        sql`UPDATE ${arrival} AS a SET parked = c.parked, parked_bytes = c.parked_bytes, again = c.again,
           taken_back = c.taken_back FROM ${counted} WHERE ${isWrong}`,
      ),
    )
    if (affectedRows > 0) this.#findings.tables.add('parked')
  }
}

function isItself({ hash, author, entry, operation }: ParkedRow): boolean {
  const item = unlessInvalid(() => decodeSigned({ entry, operation: operation.length === 0 ? undefined : operation }))
  if (!item || 'error' in item) return false
  return item.entryHash === decodeHex(hash) && item.entry.publicKey === decodeHex(author)
}
