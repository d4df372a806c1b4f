import type { Driver, DriverTransaction } from '../../src/driver/driver.js'

/** Counts what reaches the database: BEGIN and COMMIT count as statements. */
export class CountingDriver implements Driver {
  statements = 0
  transactions = 0
  flushes = 0
  /** Rows that were read. */
  rows = 0
  /** Rejects instead of running a statement of which this is true. */
  failOn: (sql: string) => boolean = () => false
  readonly #driver: Driver

  constructor(driver: Driver) {
    this.#driver = driver
  }

  reset(): void {
    this.statements = 0
    this.transactions = 0
    this.flushes = 0
    this.rows = 0
  }

  query: Driver['query'] = (sql, params) => this.#count(this.#driver, sql, params)

  exec: Driver['exec'] = (sql) => {
    this.statements += 1
    return this.#driver.exec(sql)
  }

  transaction: Driver['transaction'] = (run) => {
    this.statements += 2
    this.transactions += 1
    return this.#driver.transaction((session) =>
      run({
        query: (sql, params) => this.#count(session, sql, params),
        exec: (sql) => {
          this.statements += 1
          return session.exec(sql)
        },
      }),
    )
  }

  flush: Driver['flush'] = () => {
    this.flushes += 1
    return this.#driver.flush()
  }

  get maintenance(): Driver['maintenance'] {
    return this.#driver.maintenance
  }

  close: Driver['close'] = () => this.#driver.close()

  async #count<Row>(session: DriverTransaction, sql: string, params?: readonly unknown[]) {
    this.statements += 1
    // PostgreSQL itself refuses: what follows in the transaction fails as well.
    const result = await session.query<Row>(this.failOn(sql) ? 'SELECT 1 / 0' : sql, this.failOn(sql) ? [] : params)
    this.rows += result.rows.length
    return result
  }
}
