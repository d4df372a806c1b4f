import type { SchemaId } from '@rakko/core'
import { forgetIdempotent } from '../ingest/idempotency.js'
import { settleViews } from '../pins/settle-views.js'
import { Purger, type PurgerContext } from '../purge/purger.js'
import type { SchemaRegistry } from '../schemas/schema-registry.js'
import type { Chore } from '../store.js'
import { Compactor } from './compactor.js'
import { type Need, readNeeds } from './needs.js'

/** Between removals of idempotency ids that are a day old, in milliseconds: an hour. */
const FORGET_MS = 60 * 60 * 1000
/** Log that is worth a checkpoint in a quiet moment: so much the shorter is an opening after a crash. */
const QUIET_WAL_BYTES = 4 * 1024 * 1024

export interface KeeperContext extends PurgerContext {
  readonly registry: SchemaRegistry
  /** Told of the schemas of which pinned views were made. */
  readonly onMade: (schemaIds: ReadonlySet<SchemaId>) => void
}

/**
 * The care of a database, in slices: one statement or one short transaction each, so that whoever asks for the next slice
 * decides when, and a write waits for one at most. When to ask is the node's business.
 *
 * | slice      | when                                                        | where                    |
 * | ---------- | ----------------------------------------------------------- | ------------------------ |
 * | vacuum     | a table has many dead rows, or grew while nobody counted    | a driver with `upkeep`   |
 * | analyze    | many of a table's rows changed since its last one           | a driver with `upkeep`   |
 * | compact    | purging or forgetting has left a table much larger than its rows | a driver with `upkeep` |
 * | checkpoint | the log has some megabytes                                  | a driver with `upkeep`   |
 * | settle     | ingests have left pinned views to make or to remove          | everywhere               |
 * | purge      | deleted documents are past their grace period               | everywhere               |
 * | forget     | hourly: idempotency ids that are a day old                  | everywhere               |
 */
export class Keeper {
  readonly #context: KeeperContext
  readonly #purger: Purger
  readonly #compactor: Compactor
  #forgotAt: number | undefined
  /** Nothing was left over from before this process, or it was seen to. */
  #isCounted = false
  /** Tables whose care failed are left alone until the database is opened anew. */
  readonly #failed = new Set<string>()

  constructor(context: KeeperContext) {
    this.#context = context
    this.#purger = new Purger(context)
    this.#compactor = new Compactor(context.driver, context.names)
  }

  /** Does what is most urgent; answers what it was, undefined where nothing is due. Rejects where it failed. */
  async slice(urgentOnly = false): Promise<Chore | undefined> {
    const { driver, names, registry, now, onMade } = this.#context
    if (driver.upkeep) {
      const needs = await readNeeds(driver, names, this.#isCounted)
      const need = needs.find(({ table, isUrgent }) => (isUrgent || !urgentOnly) && !this.#failed.has(table))
      if (need) return this.#tend(need)
      if (!urgentOnly) this.#isCounted = true
    }
    if (urgentOnly) return undefined
    const made = await settleViews(driver, names, registry)
    if (made) {
      if (made.size > 0) onMade(made)
      await driver.flush()
      return { kind: 'settle' }
    }
    if (await this.#purger.slice()) {
      this.#compactor.wake()
      await driver.flush()
      return { kind: 'purge' }
    }
    const compacted = driver.upkeep && (await this.#compactor.slice())
    if (compacted) return compacted
    const time = now()
    if (this.#forgotAt === undefined || time - this.#forgotAt >= FORGET_MS || time < this.#forgotAt) {
      await forgetIdempotent(driver, names, time)
      this.#forgotAt = time
      await driver.flush()
      return { kind: 'forget' }
    }
    if (driver.upkeep && (await driver.upkeep.logBytes()) >= QUIET_WAL_BYTES) {
      await driver.upkeep.checkpoint()
      await driver.flush()
      return { kind: 'checkpoint' }
    }
    return undefined
  }

  /** Documents were forgotten: their room can be given back. */
  haveForgotten(): void {
    this.#compactor.wake()
  }

  async #tend({ kind, table, statement }: Need): Promise<Chore> {
    const { driver } = this.#context
    try {
      await driver.exec(statement)
    } catch (error) {
      this.#failed.add(table)
      throw error
    }
    await driver.flush()
    return { kind, table }
  }
}
