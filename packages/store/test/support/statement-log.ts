import type { Driver } from '../../src/driver/driver.js'

/** A driver that keeps the text of the statements outside of transactions. */
export class StatementLog implements Driver {
  readonly statements: string[] = []
  readonly #driver: Driver

  constructor(driver: Driver) {
    this.#driver = driver
  }

  query: Driver['query'] = (sql, params) => {
    this.statements.push(sql)
    return this.#driver.query(sql, params)
  }

  exec: Driver['exec'] = (sql) => {
    this.statements.push(sql)
    return this.#driver.exec(sql)
  }

  transaction: Driver['transaction'] = (run) => this.#driver.transaction(run)

  flush: Driver['flush'] = () => this.#driver.flush()

  close: Driver['close'] = () => this.#driver.close()
}
