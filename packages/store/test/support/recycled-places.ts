import type { Driver } from '../../src/driver/driver.js'
import { migrate } from '../../src/tables/migrations/migrate.js'

/** Where every new place gets its rows from. */
const SEED = 'seed'
/** One transaction drops them, and PostgreSQL has locks for so many. A place with more is left where it is. */
const MAX_ADDED_TABLES = 50

/**
 * PostgreSQL schemas for many stores in turn: emptying the tables of one costs a fortieth of making new ones. One
 * object a driver, since their names repeat.
 */
export class RecycledPlaces {
  readonly #driver: Driver
  readonly #free: string[] = []
  #made = 0
  /** Tables that every new store has, in order of their names. */
  #tables: readonly string[] = []

  constructor(driver: Driver) {
    this.#driver = driver
  }

  /** The name of a PostgreSQL schema as migrations leave it. */
  async take(): Promise<string> {
    const free = this.#free.pop()
    return free !== undefined && (await this.#empty(free)) ? free : this.#make()
  }

  /** Of a store that is not used any more. */
  giveBack(schemaName: string): void {
    this.#free.push(schemaName)
  }

  async #make(): Promise<string> {
    this.#made += 1
    // A name that wants quotes.
    const schemaName = `store ${this.#made}`
    await migrate(this.#driver, schemaName)
    if (this.#made === 1) await this.#keepSeed(schemaName)
    return schemaName
  }

  async #keepSeed(schemaName: string): Promise<void> {
    this.#tables = await this.#tablesOf(schemaName)
    const copies = this.#tables.map((table) => `CREATE TABLE ${SEED}.${table} AS TABLE "${schemaName}".${table};`)
    await this.#driver.exec(`CREATE SCHEMA ${SEED}; ${copies.join(' ')}`)
  }

  /** False where there is too much in it. */
  async #empty(schemaName: string): Promise<boolean> {
    const added = (await this.#tablesOf(schemaName)).filter((table) => !this.#tables.includes(table))
    if (added.length > MAX_ADDED_TABLES) return false
    const refills = this.#tables.map(
      (table) => `DELETE FROM "${schemaName}".${table}; INSERT INTO "${schemaName}".${table} TABLE ${SEED}.${table};`,
    )
    await this.#driver.exec(
      [
        `DROP SCHEMA IF EXISTS "${schemaName}_app" CASCADE;`,
        ...added.map((table) => `DROP TABLE "${schemaName}".${table};`),
        ...refills,
      ].join(' '),
    )
    return true
  }

  async #tablesOf(schemaName: string): Promise<string[]> {
    const { rows } = await this.#driver.query<{ tablename: string }>(
      'SELECT tablename FROM pg_tables WHERE schemaname = $1 ORDER BY tablename',
      [schemaName],
    )
    return rows.map(({ tablename }) => tablename)
  }
}
