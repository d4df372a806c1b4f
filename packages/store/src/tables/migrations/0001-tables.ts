import type { Migration } from './migration.js'

/**
 * The tables of a node. Hashes, ids and keys are bytea; unsigned 64-bit integers numeric(20); an operation's or
 * document's number is its arrival number, a name of 8 bytes for what is 34 bytes outside.
 *
 * `meta`: one row about the database itself.
 * - format: number of the last migration; a later one than this code knows is refused.
 * - database_id: 16 random bytes, drawn at first open and never part of a prepared directory. Keys are bound to it.
 *
 * `arrival`: one row of counters. Every ingest locks it first and holds it until it commits, which makes arrival
 * numbers gap-free and visible in order, through however many nodes write to one database.
 * - number, author, schema: the last ones given out.
 *
 * `authors`: a dictionary of public keys.
 * - highest_log: the highest log id ever used; it outlives the entries, so that a log id is never used twice.
 *
 * `entries`: what arrived and what was decided about it. Identity is the hash; (author, log_id, seq_num) is not unique,
 * since both branches of a forked log are kept. Number, hash and decision outlive everything else in a row, so that
 * purging and forgetting break no peer's resume cursor and nothing is fetched again that was decided.
 * - number: arrival number, from 1, without gaps; what an entry refers to has a lower one.
 * - decision: 0 held, 1 refused for good, 2 purged (no payload any more), 3 forgotten (neither payload nor entry).
 * - document: arrival number of the document's CREATE. Its index leaves out the CREATE, found by number.
 * - action: 0 CREATE, 1 UPDATE, 2 DELETE.
 * - entry, operation: bytes as received, never encoded again.
 *
 * `heads`: the latest entry of each log. One row per (author, log) and one writer at a time (see `arrival`): publishing
 * never forks a log. It outlives the entries.
 * - document: the one document that this author writes to in this log.
 * - forked: two branches were seen; publishing on the log is refused.
 *
 * `documents`: one row per document, deleted ones included.
 * - number: arrival number of its CREATE. - id: hash of it. - schema: number in `schemas`.
 * - view_id: ids of the tips, ascending, one after another.
 * - owner, signer: who signed the CREATE, and the operation sorted last.
 * - edited, deleted: protocol state, which converges. - purged: payloads were dropped here, which is local.
 * - follow: what an update has to name to be sorted last, where that is more than the view. Else it is NULL, and an
 *   update of the view needs no history.
 *
 * `schemas` and `schema_fields`: schemas that are known. `schema_id` has no btree index: with many tips it is longer
 * than a btree key may be.
 * - number: names the table of views. - definition: arrival number of the definition's CREATE.
 * - has_table: the table was made, at the schema's first document.
 * - position: names the column, in ascending order of field names. - type: as in a field definition.
 *
 * `d<schema>`: latest views of a schema's living documents, real column types, made with the first document. Every node
 * that has a schema of its own has documents of the two definitions: their tables are here, for a faster first start.
 * The protocol's own schemas have the first numbers, and are never redefined. Wide schemas overflow into `d<schema>_1`
 * and so on; see views-table.ts.
 *
 * `idempotency`: ids that callers gave to creates, kept a day, so that a retry makes no second document.
 *
 * There are no foreign keys: an ingest writes all that belongs together in one transaction, and a bulk insert should
 * not look up every row again.
 */
export const tables: Migration = { format: 1, sql }

function sql(schema: string): string {
  return `
    CREATE TABLE ${schema}.meta (
      one boolean PRIMARY KEY DEFAULT true CHECK (one),
      format integer NOT NULL,
      database_id bytea
    );
    INSERT INTO ${schema}.meta (format) VALUES (0);

    CREATE TABLE ${schema}.arrival (
      one boolean PRIMARY KEY DEFAULT true CHECK (one),
      number bigint NOT NULL,
      author integer NOT NULL,
      schema integer NOT NULL
    );
    INSERT INTO ${schema}.arrival (number, author, schema) VALUES (0, 0, 4);

    CREATE TABLE ${schema}.authors (
      number integer PRIMARY KEY,
      public_key bytea NOT NULL UNIQUE,
      highest_log numeric(20)
    );

    CREATE TABLE ${schema}.entries (
      number bigint PRIMARY KEY,
      hash bytea NOT NULL UNIQUE,
      decision smallint NOT NULL,
      author integer,
      log_id numeric(20),
      seq_num numeric(20),
      document bigint,
      action smallint,
      entry bytea,
      operation bytea
    );
    CREATE INDEX entries_log ON ${schema}.entries (author, log_id, seq_num);
    CREATE INDEX entries_document ON ${schema}.entries (document) WHERE document <> number;

    CREATE TABLE ${schema}.heads (
      author integer NOT NULL,
      log_id numeric(20) NOT NULL,
      seq_num numeric(20) NOT NULL,
      hash bytea NOT NULL,
      document bigint NOT NULL,
      forked boolean NOT NULL DEFAULT false,
      PRIMARY KEY (author, log_id)
    );
    CREATE INDEX heads_document ON ${schema}.heads (document, author);

    CREATE TABLE ${schema}.documents (
      number bigint PRIMARY KEY,
      id bytea NOT NULL,
      schema integer NOT NULL,
      view_id bytea NOT NULL,
      owner integer NOT NULL,
      signer integer NOT NULL,
      edited boolean NOT NULL,
      deleted boolean NOT NULL,
      follow bytea,
      purged boolean NOT NULL DEFAULT false
    );
    CREATE UNIQUE INDEX documents_id ON ${schema}.documents (schema, id);

    CREATE TABLE ${schema}.schemas (
      number integer PRIMARY KEY,
      schema_id text COLLATE "C" NOT NULL,
      name text COLLATE "C" NOT NULL,
      description text COLLATE "C" NOT NULL,
      definition bigint,
      has_table boolean NOT NULL DEFAULT false
    );
    CREATE TABLE ${schema}.schema_fields (
      schema integer NOT NULL,
      position smallint NOT NULL,
      name text COLLATE "C" NOT NULL,
      type text COLLATE "C" NOT NULL,
      PRIMARY KEY (schema, position)
    );

    CREATE TABLE ${schema}.d1 (
      document bigint PRIMARY KEY,
      id bytea NOT NULL,
      f0 text COLLATE "C" NOT NULL,
      f1 bytea[] NOT NULL,
      f2 text COLLATE "C" NOT NULL
    ) WITH (fillfactor = 50);
    CREATE TABLE ${schema}.d2 (
      document bigint PRIMARY KEY,
      id bytea NOT NULL,
      f0 text COLLATE "C" NOT NULL,
      f1 text COLLATE "C" NOT NULL
    ) WITH (fillfactor = 50);
    INSERT INTO ${schema}.schemas (number, schema_id, name, description, has_table) VALUES
      (1, 'schema_definition_v1', 'schema_definition', 'Publish data schemas for your application.', true),
      (2, 'schema_field_definition_v1', 'schema_field_definition', 'Define fields for application data schemas.', true),
      (3, 'blob_v1', 'blob', 'Definition of a blob file.', false),
      (4, 'blob_piece_v1', 'blob_piece', 'Representation of the (partial) binary data of a file.', false);
    INSERT INTO ${schema}.schema_fields (schema, position, name, type) VALUES
      (1, 0, 'description', 'str'),
      (1, 1, 'fields', 'pinned_relation_list(schema_field_definition_v1)'),
      (1, 2, 'name', 'str'),
      (2, 0, 'name', 'str'),
      (2, 1, 'type', 'str'),
      (3, 0, 'length', 'int'),
      (3, 1, 'mime_type', 'str'),
      (3, 2, 'pieces', 'pinned_relation_list(blob_piece_v1)'),
      (4, 0, 'data', 'bytes');

    CREATE TABLE ${schema}.idempotency (
      id text COLLATE "C" PRIMARY KEY,
      document bigint NOT NULL,
      time bigint NOT NULL
    );
  `
}
