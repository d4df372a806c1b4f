import type { Verifier } from '@rakko/core'
import { createStore } from '../../src/create-store.js'
import type { Driver } from '../../src/driver/driver.js'
import type { Store } from '../../src/store.js'
import { migrate } from '../../src/tables/migrations/migrate.js'

const SCHEMA_NAME = 'recycled'

/** One place in a database for many stores in turn: emptying its tables is far cheaper than making new ones. */
export class RecycledStore {
  readonly #driver: Driver
  readonly #verifier: Verifier
  /** Tables that every new store has, in order of their names. */
  #tables: readonly string[] = []

  constructor(driver: Driver, verifier: Verifier) {
    this.#driver = driver
    this.#verifier = verifier
  }

  /** A new, empty store; the last one is not used any more. */
  async open(): Promise<Store> {
    if (this.#tables.length === 0) await this.#make()
    else await this.#empty()
    return createStore({
      driver: this.#driver,
      schemaName: SCHEMA_NAME,
      verifier: this.#verifier,
      now: Date.now,
      random: (length) => new Uint8Array(length),
    })
  }

  async #make(): Promise<void> {
    await migrate(this.#driver, SCHEMA_NAME)
    this.#tables = await this.#found()
    const copies = this.#tables.map((table) => `CREATE TABLE seed.${table} AS TABLE ${SCHEMA_NAME}.${table};`)
    await this.#driver.exec(`CREATE SCHEMA seed; ${copies.join(' ')}`)
  }

  async #empty(): Promise<void> {
    const added = (await this.#found()).filter((table) => !this.#tables.includes(table))
    const refills = this.#tables.map(
      (table) => `DELETE FROM ${SCHEMA_NAME}.${table}; INSERT INTO ${SCHEMA_NAME}.${table} TABLE seed.${table};`,
    )
    await this.#driver.exec([...added.map((table) => `DROP TABLE ${SCHEMA_NAME}.${table};`), ...refills].join(' '))
  }

  async #found(): Promise<string[]> {
    const { rows } = await this.#driver.query<{ tablename: string }>(
      'SELECT tablename FROM pg_tables WHERE schemaname = $1 ORDER BY tablename',
      [SCHEMA_NAME],
    )
    return rows.map(({ tablename }) => tablename)
  }
}
