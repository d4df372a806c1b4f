import { formatFieldType, type Schema } from '@rakko/core'
import { onTestFinished, TestRunner } from 'vitest'
import type { Driver } from '../../src/driver/driver.js'
import type { TableLimits } from '../../src/schemas/table-limits.js'
import type { Store } from '../../src/store.js'
import type { StoreHarness } from '../acceptance/store-harness.js'
import { openStore, stillClock } from './open-store.js'
import { RecycledPlaces } from './recycled-places.js'

/**
 * Stores that share one PGlite, each in a PostgreSQL schema of its own. The place of a store that a test opened, or a
 * hook around each test, serves others after that test. One harness a driver.
 */
export class PgliteHarness implements StoreHarness {
  readonly #driver: Driver
  readonly #stores = new WeakMap<Store, { schemaName: string; now: () => number }>()
  readonly #places: RecycledPlaces
  readonly #tableLimits: TableLimits | undefined

  constructor(driver: Driver, tableLimits?: TableLimits) {
    this.#driver = driver
    this.#tableLimits = tableLimits
    this.#places = new RecycledPlaces(driver)
  }

  async open({ schemas = [], now = stillClock() }: Parameters<StoreHarness['open']>[0] = {}): Promise<Store> {
    const schemaName = await this.#places.take()
    if (TestRunner.getCurrentTest()) onTestFinished(() => this.#places.giveBack(schemaName))
    for (const schema of schemas) await this.#addSchema(schemaName, schema)
    return this.#open(schemaName, now)
  }

  async reopen(store: Store): Promise<Store> {
    const { schemaName, now } = this.#opening(store)
    return this.#open(schemaName, now)
  }

  /** Every row of every table. */
  async dump(store: Store): Promise<unknown> {
    const schemaName = this.schemaName(store)
    const { rows } = await this.#driver.query<{ tablename: string }>(
      'SELECT tablename FROM pg_tables WHERE schemaname = $1 ORDER BY tablename',
      [schemaName],
    )
    const tables: Record<string, unknown[]> = {}
    for (const { tablename } of rows) {
      const table = await this.#driver.query<{ row: string }>(
        `SELECT t::text AS row FROM "${schemaName}".${tablename} AS t ORDER BY 1`,
      )
      tables[tablename] = table.rows.map(({ row }) => row)
    }
    return tables
  }

  schemaName(store: Store): string {
    return this.#opening(store).schemaName
  }

  async #open(schemaName: string, now: () => number): Promise<Store> {
    const store = await openStore(this.#driver, { schemaName, now, tableLimits: this.#tableLimits })
    this.#stores.set(store, { schemaName, now })
    return store
  }

  #opening(store: Store): { schemaName: string; now: () => number } {
    const opening = this.#stores.get(store)
    if (!opening) throw new Error('a store of another harness')
    return opening
  }

  async #addSchema(schemaName: string, schema: Schema): Promise<void> {
    const { rows } = await this.#driver.query<{ schema: number }>(
      `UPDATE "${schemaName}".arrival SET schema = schema + 1 RETURNING schema`,
    )
    const number = rows[0]?.schema
    await this.#driver.query(
      `INSERT INTO "${schemaName}".schemas (number, schema_id, name, description) VALUES ($1, $2, $3, $4)`,
      [number, schema.id, schema.name, schema.description],
    )
    for (const [position, [name, type]] of [...schema.fields].entries()) {
      await this.#driver.query(
        `INSERT INTO "${schemaName}".schema_fields (schema, position, name, type) VALUES ($1, $2, $3, $4)`,
        [number, position, name, formatFieldType(type)],
      )
    }
  }
}
