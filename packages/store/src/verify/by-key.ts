import { sql } from '../sql/sql.js'
import type { Database, LedgerQueries } from '../transaction/database.js'

/** Reads few rows of large tables. Before a table was analyzed, PostgreSQL would read all of it. */
export function byKey<Result>(database: Database, work: (queries: LedgerQueries) => Promise<Result>): Promise<Result> {
  const { ledger } = database.reading()
  return database.snapshot(async (queries) => {
    const off = ['seqscan', 'hashjoin', 'mergejoin'].map(
      (way) => sql`set_config(${`enable_${way}`}::text, 'off', true)`,
    )
    await queries.query(sql`SELECT ${sql.join(off)}`)
    return work({ names: queries.names, ledger, query: (statement) => queries.query(statement) })
  })
}
