import type { Migration } from './migration.js'

/**
 * What the latest verification found, see verify/.
 *
 * `meta.verified`: when the latest one had looked at everything, in milliseconds since 1970. NULL: none has yet.
 *
 * `lost`: what is lost. It is looked at where `arrival.lost` says that there is something.
 * - number: an arrival number.
 * - entry: the entry with that number is lost. It takes its place again when it comes again.
 * - document: id of the document whose CREATE has the number, where that cannot be read. - schema: its number, if known.
 *
 * `arrival.lost`: rows of `lost`; in the row that every ingest reads anyway.
 */
export const verifications: Migration = { format: 10, sql }

function sql(schema: string): string {
  return `
    ALTER TABLE ${schema}.meta ADD COLUMN verified bigint;
    ALTER TABLE ${schema}.arrival ADD COLUMN lost bigint NOT NULL DEFAULT 0;
    CREATE TABLE ${schema}.lost (
      number bigint PRIMARY KEY,
      entry boolean NOT NULL,
      document bytea,
      schema integer
    );
  `
}
