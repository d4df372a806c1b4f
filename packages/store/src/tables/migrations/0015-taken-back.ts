import type { Migration } from './migration.js'

/**
 * `taken_back`: documents whose decisions are taken back, since a payload came that tells of something else than was
 * decided without it. See docs/ingest.md.
 * - id: hash of the CREATE. - number: what `documents` had for it when this began. - schema: likewise.
 * - step: 0 it waits, 1 its entries are being moved to `parked`, 2 they are decided again.
 * - entries: how many it had. - payloads: how many came that tell, since its last step 0.
 * - deleted: a DELETE of it was held again.
 *
 * `parked.document`: the document that the entry was held in before. Such entries are kept whatever there is of them.
 *
 * `arrival.again`: how many of these wait; `arrival.parked` and `arrival.parked_bytes` count the others.
 * `arrival.taken_back`: how many rows `taken_back` has.
 */
export const takenBack: Migration = { format: 15, sql }

function sql(schema: string): string {
  return `
    CREATE TABLE ${schema}.taken_back (
      id bytea PRIMARY KEY,
      number bigint NOT NULL,
      schema integer NOT NULL,
      step smallint NOT NULL DEFAULT 0,
      entries integer NOT NULL DEFAULT 0,
      payloads integer NOT NULL DEFAULT 0,
      deleted boolean NOT NULL DEFAULT false
    );
    ALTER TABLE ${schema}.parked ADD COLUMN document bytea;
    CREATE INDEX parked_document ON ${schema}.parked (document, hash) WHERE document IS NOT NULL;
    ALTER TABLE ${schema}.arrival
      ADD COLUMN again integer NOT NULL DEFAULT 0,
      ADD COLUMN taken_back integer NOT NULL DEFAULT 0;
  `
}
