import type { Driver } from '../../src/driver/driver.js'

/** A driver that keeps the text of the statements outside of transactions. */
export class StatementLog implements Driver {
  readonly statements: string[] = []
  readonly #driver: Driver
  #last: Parameters<Driver['query']> = ['']

  constructor(driver: Driver) {
    this.#driver = driver
  }

  query: Driver['query'] = (sql, params, maxBytes) => {
    this.statements.push(sql)
    this.#last = [sql, params]
    return this.#driver.query(sql, params, maxBytes)
  }

  /** PostgreSQL's plan of the last query. */
  async planOfLast(): Promise<string> {
    const [sql, params] = this.#last
    const { rows } = await this.#driver.query<Record<string, string>>(`EXPLAIN ${sql}`, params)
    return rows.map((row) => Object.values(row)[0]).join('\n')
  }

  exec: Driver['exec'] = (sql) => {
    this.statements.push(sql)
    return this.#driver.exec(sql)
  }

  transaction: Driver['transaction'] = (run) => this.#driver.transaction(run)

  flush: Driver['flush'] = () => this.#driver.flush()

  close: Driver['close'] = () => this.#driver.close()
}
