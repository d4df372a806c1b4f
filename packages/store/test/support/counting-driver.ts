import type { Driver, DriverTransaction } from '../../src/driver/driver.js'

/** Counts what reaches the database: BEGIN and COMMIT count as statements. */
export class CountingDriver implements Driver {
  statements = 0
  transactions = 0
  flushes = 0
  /** Rows that were read. */
  rows = 0
  /** Bytes of the answers. */
  bytes = 0
  /** Bytes of the largest answer. */
  largest = 0
  /** Rejects instead of running a statement of which this is true. */
  failOn: (sql: string) => boolean = () => false
  /** The answer of a statement of which this is true is larger than it may be. */
  isTooLarge: (sql: string, params: readonly unknown[]) => boolean = () => false
  readonly #driver: Driver

  constructor(driver: Driver) {
    this.#driver = driver
  }

  reset(): void {
    this.statements = 0
    this.transactions = 0
    this.flushes = 0
    this.rows = 0
    this.bytes = 0
    this.largest = 0
  }

  query: Driver['query'] = (sql, params, maxBytes) => this.#count(this.#driver, sql, params, maxBytes)

  exec: Driver['exec'] = (sql) => {
    this.statements += 1
    return this.#driver.exec(sql)
  }

  transaction: Driver['transaction'] = (run) => {
    this.statements += 2
    this.transactions += 1
    return this.#driver.transaction((session) =>
      run({
        query: (sql, params, maxBytes) => this.#count(session, sql, params, maxBytes),
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

  async #count<Row>(session: DriverTransaction, sql: string, params?: readonly unknown[], maxBytes?: number) {
    this.statements += 1
    // PostgreSQL itself refuses: what follows in the transaction fails as well.
    const most = this.isTooLarge(sql, params ?? []) ? 1 : maxBytes
    const isFailing = this.failOn(sql)
    const result = await session.query<Row>(isFailing ? 'SELECT 1 / 0' : sql, isFailing ? [] : params, most)
    this.rows += result.rows.length
    this.bytes += result.bytes
    this.largest = Math.max(this.largest, result.bytes)
    return result
  }
}
