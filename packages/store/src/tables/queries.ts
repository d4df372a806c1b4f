import type { QueryResult } from '../driver/driver.js'
import type { Sql } from '../sql/sql.js'
import type { Names } from './names.js'

/** Where statements run, and what the tables there are called: a database, or a transaction on it. */
export interface Queries {
  readonly names: Names
  /** `maxBytes`: see Driver. */
  query<Row>(statement: Sql, maxBytes?: number): Promise<QueryResult<Row>>
}
