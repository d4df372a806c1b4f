import type { Migration } from './migration.js'

/**
 * `arrival.awaited`: some view is pinned whose operations have not all arrived; in the row that every ingest reads
 * anyway.
 *
 * From this format on the tables of pinned views and of deletions are filled: they are filled for what was stored
 * before.
 */
export const awaitedViews: Migration = { format: 4, data: 'asks for maintain/data-migration.ts once more', sql }

function sql(schema: string): string {
  return `
    ALTER TABLE ${schema}.arrival ADD COLUMN awaited boolean NOT NULL DEFAULT false;
    UPDATE ${schema}.meta SET unfilled = EXISTS (SELECT 1 FROM ${schema}.documents);
  `
}
