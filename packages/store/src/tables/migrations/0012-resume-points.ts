import type { Migration } from './migration.js'

/**
 * `resume_points`: how far all that another database has in a scope was decided here: its arrival number, the id there,
 * and when that was kept, in milliseconds since 1970. `scope` is a hash, see sync/scope-hash.ts.
 *
 * `peers`: who was met at an address, when, and how many arrivals up to a number it had not taken.
 */
export const resumePoints: Migration = { format: 12, sql }

function sql(schema: string): string {
  return `CREATE TABLE ${schema}.resume_points (
    database_id bytea NOT NULL,
    scope bytea NOT NULL,
    number bigint NOT NULL,
    hash bytea,
    kept bigint NOT NULL,
    PRIMARY KEY (database_id, scope)
  );
  CREATE TABLE ${schema}.peers (
    address text COLLATE "C" PRIMARY KEY,
    database_id bytea NOT NULL,
    met bigint NOT NULL,
    to_send bigint NOT NULL,
    up_to bigint NOT NULL
  );`
}
