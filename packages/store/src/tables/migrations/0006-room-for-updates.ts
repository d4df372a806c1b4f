import type { Migration } from './migration.js'

/**
 * The tables whose rows an update changes, `heads`, `documents` and `d<schema>`, are filled by half only: see
 * ROOM_FOR_UPDATES in views-table.ts. What is in them already makes room as it is updated.
 */
export const roomForUpdates: Migration = { format: 6, sql }

function sql(schema: string): string {
  return `
    DO $migration$
    DECLARE
      found regclass;
    BEGIN
      FOR found IN
        SELECT oid FROM pg_class WHERE relnamespace = '${schema.replaceAll("'", "''")}'::regnamespace
          AND relkind = 'r' AND (relname IN ('heads', 'documents') OR relname ~ '^d[0-9]+(_[0-9]+)?$')
      LOOP
        EXECUTE 'ALTER TABLE ' || found || ' SET (fillfactor = 50)';
      END LOOP;
    END
    $migration$;
  `
}
