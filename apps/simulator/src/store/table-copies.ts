import type { Driver } from '@rakko/store'

/** Copies of all tables of a PostgreSQL schema, to put them back later. */
export class TableCopies {
  readonly #driver: Driver
  readonly #schemaName: string

  constructor(driver: Driver, schemaName: string) {
    this.#driver = driver
    this.#schemaName = schemaName
  }

  /** Copies what is there now. A copy of the same name is replaced. */
  async save(copy: string): Promise<void> {
    const copies = (await this.#tablesOf(this.#schemaName)).map((table) => {
      return `CREATE TABLE ${quoted(copy)}.${table} AS TABLE ${quoted(this.#schemaName)}.${table};`
    })
    const name = quoted(copy)
    await this.#driver.exec(`DROP SCHEMA IF EXISTS ${name} CASCADE; CREATE SCHEMA ${name}; ${copies.join(' ')}`)
  }

  /** Puts a copy in the place of everything: tables that were made since are dropped. */
  async restore(copy: string): Promise<void> {
    const saved = await this.#tablesOf(copy)
    const added = (await this.#tablesOf(this.#schemaName)).filter((table) => !saved.includes(table))
    const name = quoted(this.#schemaName)
    await this.#driver.exec(
      [
        `DROP SCHEMA IF EXISTS ${quoted(`${this.#schemaName}_app`)} CASCADE;`,
        ...added.map((table) => `DROP TABLE ${name}.${table};`),
        ...saved.map(
          (table) => `DELETE FROM ${name}.${table}; INSERT INTO ${name}.${table} TABLE ${quoted(copy)}.${table};`,
        ),
      ].join(' '),
    )
  }

  async #tablesOf(schemaName: string): Promise<string[]> {
    const { rows } = await this.#driver.query<{ tablename: string }>(
      'SELECT tablename FROM pg_tables WHERE schemaname = $1 ORDER BY tablename',
      [schemaName],
    )
    return rows.map(({ tablename }) => tablename)
  }
}

function quoted(name: string): string {
  return `"${name}"`
}
