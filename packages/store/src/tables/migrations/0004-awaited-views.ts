import type { Names } from '../names.js'
import type { Migration } from './migration.js'

/**
 * `arrival.awaited`: some view is pinned whose operations have not all arrived; in the row that every ingest reads anyway.
 *
 * From this format on the tables of pinned views and of deletions are filled: they are filled for what was stored before.
 */
export const awaitedViews: Migration = { format: 4, sql }

function sql(names: Names): string {
  return `
    ALTER TABLE ${names.table('arrival')} ADD COLUMN awaited boolean NOT NULL DEFAULT false;
    UPDATE ${names.table('meta')} SET unfilled = EXISTS (SELECT 1 FROM ${names.table('documents')});
  `
}
