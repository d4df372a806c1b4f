import type { Migration } from './migration.js'

/**
 * Views that are pinned, deleted documents on their way to be purged, and what state hashes are made from.
 *
 * `pinned_views`: every view that something pins, known or not.
 * - view: SHA-256 of the view id, which may be longer than a btree key. - view_id: as in `documents`.
 * - document, schema, signer, edited, follow: as in `documents`, of this view; NULL while it cannot be made.
 *   `documents` says whether the document is deleted by now.
 * - awaits: an operation of the view that has not arrived; empty where the view is still to be made; else NULL.
 * - unpinned: a pin was taken away, so that perhaps nothing pins it any more.
 *
 * `pins`: what pins a view.
 * - document: number of the document whose view pins.
 * - holder: empty for its latest view, else `view` of one that is itself pinned.
 * - field: the field's position.
 * - view: what it pins.
 *
 * `p<schema>`: the pinned views of a schema, with the columns of `d<schema>`, see views-table.ts. Every schema of an
 * app's own pins the views of its field definitions: their table is here, for a faster first start.
 *
 * `deletions`: deleted documents whose payloads are still held. - time: of the latest change, milliseconds since 1970.
 *
 * `state_buckets`: hashes of a schema's documents, see core's state-hash.ts. - hash: NULL where it is out of date.
 *
 * `meta`:
 * - hashed: arrival number up to which `state_buckets` knows what has changed.
 * - unfilled: the tables above do not know yet of what an earlier format stored.
 */
export const pinsPurgesHashes: Migration = {
  format: 2,
  data: 'asks for maintain/data-migration.ts, which fills the new tables from what is stored',
  sql,
}

function sql(schema: string): string {
  return `
    CREATE TABLE ${schema}.pinned_views (
      view bytea PRIMARY KEY,
      view_id bytea NOT NULL,
      document bigint,
      schema integer,
      signer integer,
      edited boolean,
      follow bytea,
      awaits bytea,
      unpinned boolean NOT NULL DEFAULT false
    );
    CREATE INDEX pinned_views_document ON ${schema}.pinned_views (document);
    CREATE INDEX pinned_views_awaits ON ${schema}.pinned_views (awaits) WHERE awaits IS NOT NULL;
    CREATE INDEX pinned_views_unpinned ON ${schema}.pinned_views (view) WHERE unpinned;

    CREATE TABLE ${schema}.pins (
      document bigint NOT NULL,
      holder bytea NOT NULL,
      field smallint NOT NULL,
      view bytea NOT NULL,
      PRIMARY KEY (document, holder, field, view)
    );
    CREATE INDEX pins_view ON ${schema}.pins (view);

    CREATE TABLE ${schema}.deletions (
      document bigint PRIMARY KEY,
      time bigint NOT NULL
    );

    CREATE TABLE ${schema}.state_buckets (
      schema integer NOT NULL,
      bucket smallint NOT NULL,
      hash bytea,
      PRIMARY KEY (schema, bucket)
    );

    ALTER TABLE ${schema}.schemas ADD COLUMN has_pinned boolean NOT NULL DEFAULT false;
    ALTER TABLE ${schema}.meta ADD COLUMN hashed bigint NOT NULL DEFAULT 0;
    ALTER TABLE ${schema}.meta ADD COLUMN unfilled boolean NOT NULL DEFAULT false;
    UPDATE ${schema}.meta SET unfilled = EXISTS (SELECT 1 FROM ${schema}.documents);

    CREATE TABLE ${schema}.p2 (
      view bytea PRIMARY KEY,
      id bytea NOT NULL,
      f0 text COLLATE "C" NOT NULL,
      f1 text COLLATE "C" NOT NULL
    );
    UPDATE ${schema}.schemas SET has_pinned = true WHERE number = 2;
  `
}
