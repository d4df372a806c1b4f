/**
 * One step of the tables' history. A published migration never changes. Its SQL is its own text and calls no code that
 * a later change could alter, and test/migrations.test.ts knows its hash. A later migration corrects what it got wrong.
 */
export interface Migration {
  /** The format that the database has after it: 1, 2, 3… without gaps. */
  readonly format: number
  /** A data migration, for rows that are stored already. Absent where it changes tables only. */
  readonly data?: string
  /** Statements, separated by `;`, on the tables of a PostgreSQL schema whose quoted name this is. */
  sql(schema: string): string
}
