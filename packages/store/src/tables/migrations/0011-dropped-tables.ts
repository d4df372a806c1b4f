import type { Migration } from './migration.js'

/**
 * `arrival.dropped`: how often tables of schemas without documents were dropped, see maintain/drop-tables.ts; in the row
 * that every write transaction reads anyway. Whoever knew of those tables then reads again which there are.
 */
export const droppedTables: Migration = { format: 11, sql }

function sql(schema: string): string {
  return `ALTER TABLE ${schema}.arrival ADD COLUMN dropped integer NOT NULL DEFAULT 0;`
}
