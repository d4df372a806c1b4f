import type { Migration } from './migration.js'

/**
 * `parked`: entries from elsewhere that were found in order as far as can be told, and wait for others (see
 * parking.ts). They have no arrival number yet: what an entry refers to has a lower one.
 * - waits_for: hash of an entry that nothing was decided about; the index finds what its arrival wakes.
 * - author: public key; a stranger who has nothing stored has no number.
 * - time: when it was parked, in milliseconds since 1970.
 *
 * `arrival.parked`, `arrival.parked_bytes`: how many there are, and their bytes. The row is read by every transaction
 * that writes anyway: where nothing is parked, none asks for it.
 *
 * `authors.forked`: a log of this author is forked. Only then an author's logs have to be found among the entries.
 */
export const parking: Migration = { format: 3, data: 'marks the authors of logs that are forked', sql }

function sql(schema: string): string {
  return `
    ALTER TABLE ${schema}.arrival
      ADD COLUMN parked integer NOT NULL DEFAULT 0,
      ADD COLUMN parked_bytes bigint NOT NULL DEFAULT 0;

    ALTER TABLE ${schema}.authors ADD COLUMN forked boolean NOT NULL DEFAULT false;
    UPDATE ${schema}.authors SET forked = true
      WHERE number IN (SELECT author FROM ${schema}.heads WHERE forked);

    CREATE TABLE ${schema}.parked (
      hash bytea PRIMARY KEY,
      waits_for bytea NOT NULL,
      author bytea NOT NULL,
      time bigint NOT NULL,
      entry bytea NOT NULL,
      operation bytea NOT NULL
    );
    CREATE INDEX parked_waits_for ON ${schema}.parked (waits_for);
    CREATE INDEX parked_author ON ${schema}.parked (author);
  `
}
