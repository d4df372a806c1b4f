import type { Migration } from './migration.js'

/**
 * `resume_points.address`: what this node has dialled to reach the database; null where that has dialled this node.
 *
 * `openings`: the opening that arrivals behind a number were decided in, see docs/sync-seam.md. There is none for what
 * arrived before this format.
 */
export const resumePointsByAddress: Migration = { format: 14, sql }

function sql(schema: string): string {
  return `ALTER TABLE ${schema}.resume_points ADD COLUMN address text COLLATE "C";
  CREATE TABLE ${schema}.openings (
    number bigint PRIMARY KEY,
    id bytea NOT NULL
  );`
}
