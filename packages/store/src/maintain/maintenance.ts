import type { Hash, SchemaId } from '@rakko/core'
import { isStorageFull } from '../driver/storage-full.js'
import type { MaintenanceSlice } from '../maintenance-slice.js'
import { Compactor } from './compactor.js'
import { TableDropper } from './drop-tables.js'
import { DueVerification, type DueVerificationContext } from './due-verification.js'
import { expireIdempotencyIds } from './expire-idempotency-ids.js'
import { finishPins } from './finish-pins.js'
import { Purger, type PurgerContext } from './purger.js'
import { type Need, readNeeds } from './table-needs.js'

/** Time between removals of idempotency ids, in milliseconds: an hour. */
const EXPIRE_MS = 60 * 60 * 1000
/** Log that is worth a checkpoint in a quiet moment. An opening after a crash is then that much shorter. */
const QUIET_WAL_BYTES = 4 * 1024 * 1024

export interface MaintenanceContext extends PurgerContext, DueVerificationContext {
  /** Told of the schemas whose pinned views were made. */
  readonly onMade: (schemaIds: ReadonlySet<SchemaId>) => void
  /**
   * Looks at some entries that wait though what they wait for is decided, after one of them. Returns where to go on,
   * undefined at the end.
   */
  readonly lookAtMissed: (after: Hash | undefined) => Promise<Hash | undefined>
  /** A step of taking back what was decided about documents. Returns whether there was anything to do. */
  readonly takeBack: () => Promise<boolean>
}

/**
 * The maintenance of a database, in slices of one statement or one short transaction. Whoever asks for the next slice
 * decides when, and a write waits for one slice at most. When to ask is the node's business.
 *
 * | slice      | when                                                             | where                       |
 * | ---------- | ---------------------------------------------------------------- | --------------------------- |
 * | vacuum     | a table has many dead rows, or grew while nobody counted         | a driver with `maintenance` |
 * | analyze    | many of a table's rows changed since its last one                | a driver with `maintenance` |
 * | compact    | purging or forgetting has left a table much larger than its rows | a driver with `maintenance` |
 * | checkpoint | the log has some megabytes                                       | a driver with `maintenance` |
 * | wake       | at the first opening, and after the database failed: see below   | everywhere                  |
 * |            | decisions about documents are taken back                         |                             |
 * | pins       | write transactions have left pinned views to make or to remove   | everywhere                  |
 * | purge      | deleted documents are past their grace period                    | everywhere                  |
 * | tables     | an earlier process has left tables of no use                     | everywhere                  |
 * | expire     | hourly: idempotency ids that are a day old                       | everywhere                  |
 * | verify     | nobody has verified the database for a week                      | everywhere                  |
 *
 * Nothing is due while the storage is full: all of it writes.
 *
 * If a process ends between a decision and the look at what waits for it, nothing else would wake what waits. So each
 * process looks once.
 */
export class Maintenance {
  readonly #context: MaintenanceContext
  readonly #purger: Purger
  readonly #compactor: Compactor
  readonly #tableDropper: TableDropper
  readonly #dueVerification: DueVerification
  #expiredAt: number | undefined
  /** Nothing was left from before this process, or it was done since. */
  #isCounted = false
  #mayHaveMissed = true
  /** Where the look at what was missed goes on. */
  #missedAfter: Hash | undefined
  /** Tables whose maintenance failed are left alone until the database is opened again. */
  readonly #failed = new Set<string>()

  constructor(context: MaintenanceContext) {
    this.#context = context
    this.#purger = new Purger(context)
    this.#compactor = new Compactor(context.database)
    this.#tableDropper = new TableDropper(context.database)
    this.#dueVerification = new DueVerification(context)
  }

  /** Does what is most urgent and returns what it was, undefined where nothing is due. Rejects where it failed. */
  async slice(urgentOnly = false): Promise<MaintenanceSlice | undefined> {
    const { database, now, onMade } = this.#context
    const { driver } = database
    if (driver.isFull) return undefined
    if (driver.maintenance) {
      const needs = await readNeeds(database, this.#isCounted)
      const need = needs.find(({ table, isUrgent }) => (isUrgent || !urgentOnly) && !this.#failed.has(table))
      if (need) return this.#tend(need)
      if (!urgentOnly) this.#isCounted = true
    }
    if (urgentOnly) return undefined
    if (this.#mayHaveMissed && (await this.#wakeMissed())) return { kind: 'wake' }
    if (await this.#context.takeBack()) {
      await driver.flush()
      return { kind: 'wake' }
    }
    const made = await finishPins(database)
    if (made) {
      if (made.size > 0) onMade(made)
      await driver.flush()
      return { kind: 'pins' }
    }
    if (await this.#purger.slice()) {
      this.#compactor.wake()
      await driver.flush()
      return { kind: 'purge' }
    }
    if (await this.#tableDropper.slice()) {
      await driver.flush()
      return { kind: 'tables' }
    }
    const compacted = driver.maintenance && (await this.#compactor.slice())
    if (compacted) return compacted
    const time = now()
    if (this.#expiredAt === undefined || time - this.#expiredAt >= EXPIRE_MS || time < this.#expiredAt) {
      await expireIdempotencyIds(database, time)
      this.#expiredAt = time
      await driver.flush()
      return { kind: 'expire' }
    }
    if (driver.maintenance && (await driver.maintenance.logBytes()) >= QUIET_WAL_BYTES) {
      await driver.maintenance.checkpoint()
      await driver.flush()
      return { kind: 'checkpoint' }
    }
    const report = await this.#dueVerification.slice()
    return report && { kind: 'verify', report }
  }

  /** Called when documents were forgotten: their room can be given back. Tables without any are dropped at once. */
  async documentsForgotten(schemaIds: ReadonlySet<SchemaId>): Promise<void> {
    this.#compactor.wake()
    await this.#tableDropper.documentsForgotten(schemaIds)
  }

  /** Called when entries wait that could be decided. */
  entriesMissed(): void {
    this.#mayHaveMissed = true
    this.#missedAfter = undefined
  }

  /** Returns whether more is to be looked at. */
  async #wakeMissed(): Promise<boolean> {
    const { database, lookAtMissed } = this.#context
    const after = this.#missedAfter
    // Cleared first: more may be missed while this look runs.
    this.#mayHaveMissed = false
    this.#missedAfter = undefined
    try {
      this.#missedAfter = await lookAtMissed(after)
    } catch (error) {
      this.#mayHaveMissed = true
      throw error
    }
    this.#mayHaveMissed ||= this.#missedAfter !== undefined
    await database.driver.flush()
    return this.#mayHaveMissed
  }

  async #tend({ kind, table, statement }: Need): Promise<MaintenanceSlice> {
    const { database } = this.#context
    try {
      await database.exec(statement)
    } catch (error) {
      if (!isStorageFull(error)) this.#failed.add(table)
      throw error
    }
    await database.flush()
    return { kind, table }
  }
}
