import type { DriverTransaction, QueryResult } from '../driver/driver.js'
import type { Sql } from './sql.js'

/** Runs one statement. Only here does SQL become the text and the parameters that a driver takes. */
export function querySql<Row>(
  target: DriverTransaction,
  { text, parameters }: Sql,
  maxBytes?: number,
): Promise<QueryResult<Row>> {
  return target.query<Row>(text, parameters, maxBytes)
}

/** Runs several statements, which have no parameters. */
export function execSql(target: DriverTransaction, { text, parameters }: Sql): Promise<void> {
  if (parameters.length > 0) throw new Error('statements that run together take no parameters')
  return target.exec(text)
}
