import { SCHEMA_FIELD_DEFINITION, SYSTEM_SCHEMAS } from '@rakko/core'
import type { Names } from '../names.js'
import { ViewsTable } from '../views-table.js'
import type { Migration } from './migration.js'

/**
 * Views that are pinned, deleted documents on their way to be purged, and what state hashes are made from.
 *
 * `pinned_views`: every view that something pins, known or not.
 * - view: SHA-256 of the view id, which may be longer than a btree key. - view_id: as in `documents`.
 * - document, schema, signer, edited, follow: as in `documents`, of this view; NULL while it cannot be made. Whether the
 *   document is deleted by now is told by `documents`.
 * - awaits: an operation of the view that has not arrived; empty where the view is still to be made; else NULL.
 * - unpinned: a pin was taken away, so that perhaps nothing pins it any more.
 *
 * `pins`: what pins a view.
 * - document: number of the document whose view pins. - holder: empty for its latest view, else `view` of one that is
 *   itself pinned. - field: the field's position. - view: what it pins.
 *
 * `p<schema>`: the pinned views of a schema, with the columns of `d<schema>`, see views-table.ts.
 *
 * `deletions`: deleted documents whose payloads are still held. - time: of the latest change, milliseconds since 1970.
 *
 * `state_buckets`: hashes of a schema's documents, see core's state-hash.ts. - hash: NULL where it is out of date.
 *
 * `meta`:
 * - hashed: arrival number up to which `state_buckets` knows what has changed.
 * - unfilled: the tables above do not know yet of what an earlier format stored.
 */
export const pinsPurgesHashes: Migration = { format: 2, sql }

function sql(names: Names): string {
  const table = names.table.bind(names)
  return `
    CREATE TABLE ${table('pinned_views')} (
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
    CREATE INDEX pinned_views_document ON ${table('pinned_views')} (document);
    CREATE INDEX pinned_views_awaits ON ${table('pinned_views')} (awaits) WHERE awaits IS NOT NULL;
    CREATE INDEX pinned_views_unpinned ON ${table('pinned_views')} (view) WHERE unpinned;

    CREATE TABLE ${table('pins')} (
      document bigint NOT NULL,
      holder bytea NOT NULL,
      field smallint NOT NULL,
      view bytea NOT NULL,
      PRIMARY KEY (document, holder, field, view)
    );
    CREATE INDEX pins_view ON ${table('pins')} (view);

    CREATE TABLE ${table('deletions')} (
      document bigint PRIMARY KEY,
      time bigint NOT NULL
    );

    CREATE TABLE ${table('state_buckets')} (
      schema integer NOT NULL,
      bucket smallint NOT NULL,
      hash bytea,
      PRIMARY KEY (schema, bucket)
    );

    ALTER TABLE ${table('schemas')} ADD COLUMN has_pinned boolean NOT NULL DEFAULT false;
    ALTER TABLE ${table('meta')} ADD COLUMN hashed bigint NOT NULL DEFAULT 0;
    ALTER TABLE ${table('meta')} ADD COLUMN unfilled boolean NOT NULL DEFAULT false;
    UPDATE ${table('meta')} SET unfilled = EXISTS (SELECT 1 FROM ${table('documents')});
    ${fieldDefinitions(names)}
  `
}

/** Every schema of an app's own pins the views of its field definitions: the table is there, for a faster first start. */
function fieldDefinitions(names: Names): string {
  const position = [...SYSTEM_SCHEMAS.keys()].indexOf(SCHEMA_FIELD_DEFINITION)
  const schema = SYSTEM_SCHEMAS.get(SCHEMA_FIELD_DEFINITION)
  if (!schema) throw new Error('a system schema is missing')
  return `
    ${new ViewsTable(position + 1, schema).createPinnedSql(names)}
    UPDATE ${names.table('schemas')} SET has_pinned = true WHERE number = ${position + 1};`
}
