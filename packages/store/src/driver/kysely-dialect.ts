import {
  type CompiledQuery,
  type DatabaseConnection,
  type Dialect,
  type Driver as KyselyDriver,
  type QueryResult as KyselyResult,
  PostgresAdapter,
  PostgresIntrospector,
  PostgresQueryCompiler,
} from 'kysely'
import type { DriverTransaction } from './driver.js'

/**
 * Kysely on `target`: the driver itself or, within `driver.transaction`, the transaction. Kysely opens no transaction
 * of its own here. A query costs no more than its compilation.
 */
export function kyselyDialect(target: DriverTransaction): Dialect {
  return {
    createAdapter: () => new PostgresAdapter(),
    createDriver: () => new SessionDriver(target),
    createIntrospector: (database) => new PostgresIntrospector(database),
    createQueryCompiler: () => new PostgresQueryCompiler(),
  }
}

class SessionDriver implements KyselyDriver {
  readonly #connection: DatabaseConnection

  constructor(target: DriverTransaction) {
    this.#connection = {
      async executeQuery<Row>({ sql, parameters }: CompiledQuery): Promise<KyselyResult<Row>> {
        const { rows, affectedRows } = await target.query<Row>(sql, parameters)
        return { rows, numAffectedRows: BigInt(affectedRows) }
      },
      // biome-ignore lint/correctness/useYield: a cursor would hold the only connection.
      async *streamQuery() {
        throw new Error('streaming is not supported: page with a cursor of your own')
      },
    }
  }

  async init(): Promise<void> {}

  async acquireConnection(): Promise<DatabaseConnection> {
    return this.#connection
  }

  async beginTransaction(): Promise<void> {
    throw new Error('transactions are opened by driver.transaction, and Kysely is built on what it hands out')
  }

  async commitTransaction(): Promise<void> {}

  async rollbackTransaction(): Promise<void> {}

  async releaseConnection(): Promise<void> {}

  async destroy(): Promise<void> {}
}
