/**
 * One step of the tables' history. A published migration never changes: its SQL is its own text, which calls no code that
 * tomorrow's change alters, and test/migrations.test.ts knows its hash. What it got wrong, a later one puts right.
 */
export interface Migration {
  /** The format that the database has after it: 1, 2, 3… without gaps. */
  readonly format: number
  /** A data migration: what it makes of rows that are stored already. Absent where it changes tables only. */
  readonly data?: string
  /** Statements, separated by `;`, on the tables of a PostgreSQL schema whose quoted name this is. */
  sql(schema: string): string
}
