import type { Names } from '../names.js'

/** One step of the tables' history. A published migration never changes; what it got wrong, a later one puts right. */
export interface Migration {
  /** The format that the database has after it: 1, 2, 3… without gaps. */
  readonly format: number
  /** Statements, separated by `;`. */
  sql(names: Names): string
}
