import { sql } from '../sql/sql.js'
import { waitingCountsSql } from '../tables/waiting-counts.js'
import type { Database } from '../transaction/database.js'
import type { VerifyReport } from '../verify-report.js'
import { DocumentCheck } from './check-documents.js'
import { EntryCheck } from './check-entries.js'
import { ParkedCheck } from './check-parked.js'
import { PinnedViewCheck, PinOrphanCheck } from './check-pinned-views.js'
import { SchemaCheck } from './check-schemas.js'
import { IndexRepair, TableCheck } from './check-tables.js'
import { Findings } from './findings.js'
import { keepLost } from './lost.js'

/**
 * Compares what is stored with itself, slice by slice, and mends what entries tell:
 *
 * 1. every page is read, and every row is found by every index,
 * 2. entries are what their hashes say, and what they name is there,
 * 3. documents are what their entries give when they are reduced again.
 *
 * Each slice is a few short reads. It writes only where something is wrong, and in the end when that was. Where it
 * stands is kept in memory.
 */
export class Verification {
  readonly #database: Database
  readonly #now: () => number
  #findings = new Findings()
  /** What is left to do, in order. Empty before the first slice and after the last. */
  #checks: { slice(): Promise<boolean> }[] = []
  #turn: Promise<unknown> = Promise.resolve()

  constructor(database: Database, now: () => number) {
    this.#database = database
    this.#now = now
  }

  /** Whether one has begun and is not done. */
  get isUnderWay(): boolean {
    return this.#checks.length > 0
  }

  /** Does the next slice, of a new verification where none is under way. Slices that are asked for at once take turns. */
  slice(): Promise<VerifyReport> {
    const slice = this.#turn.then(() => this.#slice())
    this.#turn = slice.catch(() => undefined)
    return slice
  }

  async #slice(): Promise<VerifyReport> {
    if (this.#checks.length === 0) this.#begin()
    const { count } = this.#findings
    const [check] = this.#checks
    if (await check?.slice()) this.#checks.shift()
    const isDone = this.#checks.length === 0
    if (isDone) await keepLost(this.#database, this.#findings, this.#now())
    if (isDone || this.#findings.count > count) await this.#database.flush()
    return this.#findings.report(isDone)
  }

  #begin(): void {
    const [database, findings] = [this.#database, new Findings()]
    this.#findings = findings
    const indexes = new IndexRepair(database, findings)
    this.#checks = [
      new TableCheck(database, findings),
      { slice: () => this.#restoreCounters(indexes) },
      new EntryCheck(database, findings, indexes),
      new SchemaCheck(database, findings, indexes),
      new PinOrphanCheck(database, findings),
      new DocumentCheck(database, findings, indexes, this.#now),
      new PinnedViewCheck(database, findings, indexes),
      new ParkedCheck(database, findings),
    ]
  }

  /** The row that every write transaction locks. */
  async #restoreCounters(indexes: IndexRepair): Promise<boolean> {
    const { names } = this.#database
    const { rows } = await this.#database.query(sql`SELECT number FROM ${names.table('arrival')}`)
    if (rows.length > 0) return true
    await indexes.before(['arrival'])
    const { affectedRows } = await this.#database.query(
      sql`INSERT INTO ${names.table('arrival')} (number, author, schema, parked, parked_bytes, again, taken_back, awaited)
       SELECT (SELECT COALESCE(max(number), 0) FROM ${names.table('entries')}),
         GREATEST((SELECT COALESCE(max(number), 0) FROM ${names.table('authors')}),
           (SELECT COALESCE(max(author), 0) FROM ${names.table('entries')})),
         GREATEST((SELECT COALESCE(max(number), 4) FROM ${names.table('schemas')}),
           (SELECT COALESCE(max(schema), 4) FROM ${names.table('documents')})),
         c.parked, c.parked_bytes, c.again, c.taken_back, true FROM (${waitingCountsSql(names)}) AS c
       WHERE NOT EXISTS (SELECT FROM ${names.table('arrival')})`,
    )
    this.#findings.rows += affectedRows
    return true
  }
}
