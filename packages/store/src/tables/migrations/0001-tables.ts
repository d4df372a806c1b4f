import { formatFieldType, SCHEMA_DEFINITION, SCHEMA_FIELD_DEFINITION, type SchemaId, SYSTEM_SCHEMAS } from '@rakko/core'
import type { Names } from '../names.js'
import { ViewsTable } from '../views-table.js'
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
 * `entries`: what arrived and what was decided about it. Identity is the hash; (author, log_id, seq_num) is not
 * unique, since both branches of a forked log are kept. Number, hash and decision outlive everything else in a row,
 * so that purging and forgetting break no peer's resume cursor and nothing is fetched again that was decided.
 * - number: arrival number, from 1, without gaps; what an entry refers to has a lower one.
 * - decision: 0 held, 1 refused for good, 2 purged (no payload any more), 3 forgotten (neither payload nor entry).
 * - document: arrival number of the document's CREATE. Its index leaves out the CREATE, found by number.
 * - action: 0 CREATE, 1 UPDATE, 2 DELETE.
 * - entry, operation: bytes as received, never encoded anew.
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
 * - follow: what an update has to name to be sorted last, where that is more than the view; else NULL, and an update
 *   of the view needs no history.
 *
 * `schemas` and `schema_fields`: schemas that are known. `schema_id` has no btree index: with many
 * tips it is longer than a btree key may be.
 * - number: names the table of views. - definition: arrival number of the definition's CREATE.
 * - has_table: the table was made, at the schema's first document.
 * - position: names the column, in ascending order of field names. - type: as in a field definition.
 *
 * `d<schema>`: latest views of a schema's living documents, real column types, made with the first document, those of
 * definitions at once. Wide schemas overflow into `d<schema>_1` and so on; see views-table.ts.
 *
 * `idempotency`: ids that callers gave to creates, kept a day, so that a retry makes no second document.
 *
 * There are no foreign keys: an ingest writes all that belongs together in one transaction, and a bulk insert should
 * not look up every row again.
 */
export const tables: Migration = { format: 1, sql }

function sql(names: Names): string {
  const table = names.table.bind(names)
  return `
    CREATE TABLE ${table('meta')} (
      one boolean PRIMARY KEY DEFAULT true CHECK (one),
      format integer NOT NULL,
      database_id bytea
    );
    INSERT INTO ${table('meta')} (format) VALUES (0);

    CREATE TABLE ${table('arrival')} (
      one boolean PRIMARY KEY DEFAULT true CHECK (one),
      number bigint NOT NULL,
      author integer NOT NULL,
      schema integer NOT NULL
    );
    INSERT INTO ${table('arrival')} (number, author, schema) VALUES (0, 0, ${SYSTEM_SCHEMAS.size});

    CREATE TABLE ${table('authors')} (
      number integer PRIMARY KEY,
      public_key bytea NOT NULL UNIQUE,
      highest_log numeric(20)
    );

    CREATE TABLE ${table('entries')} (
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
    CREATE INDEX entries_log ON ${table('entries')} (author, log_id, seq_num);
    CREATE INDEX entries_document ON ${table('entries')} (document) WHERE document <> number;

    CREATE TABLE ${table('heads')} (
      author integer NOT NULL,
      log_id numeric(20) NOT NULL,
      seq_num numeric(20) NOT NULL,
      hash bytea NOT NULL,
      document bigint NOT NULL,
      forked boolean NOT NULL DEFAULT false,
      PRIMARY KEY (author, log_id)
    );
    CREATE INDEX heads_document ON ${table('heads')} (document, author);

    CREATE TABLE ${table('documents')} (
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
    CREATE UNIQUE INDEX documents_id ON ${table('documents')} (schema, id);

    CREATE TABLE ${table('schemas')} (
      number integer PRIMARY KEY,
      schema_id text COLLATE "C" NOT NULL,
      name text COLLATE "C" NOT NULL,
      description text COLLATE "C" NOT NULL,
      definition bigint,
      has_table boolean NOT NULL DEFAULT false
    );
    CREATE TABLE ${table('schema_fields')} (
      schema integer NOT NULL,
      position smallint NOT NULL,
      name text COLLATE "C" NOT NULL,
      type text COLLATE "C" NOT NULL,
      PRIMARY KEY (schema, position)
    );
    ${systemSchemas(names)}

    CREATE TABLE ${table('idempotency')} (
      id text COLLATE "C" PRIMARY KEY,
      document bigint NOT NULL,
      time bigint NOT NULL
    );
  `
}

/** Every node that has a schema of its own has documents of these: their tables are there, for a faster first start. */
const NEEDED_BY_ALL: ReadonlySet<SchemaId> = new Set([SCHEMA_DEFINITION, SCHEMA_FIELD_DEFINITION])

/** The protocol's own schemas are never redefined; they have the first numbers. */
function systemSchemas(names: Names): string {
  return [...SYSTEM_SCHEMAS.values()]
    .map((schema, index) => {
      const number = index + 1
      const values = [schema.id, schema.name, schema.description].map(quoteLiteral).join(', ')
      const fields = [...schema.fields].map(
        ([name, type], position) =>
          `(${number}, ${position}, ${quoteLiteral(name)}, ${quoteLiteral(formatFieldType(type))})`,
      )
      const hasTable = NEEDED_BY_ALL.has(schema.id)
      return `
        ${hasTable ? new ViewsTable(number, schema).createSql(names) : ''}
        INSERT INTO ${names.table('schemas')} (number, schema_id, name, description, has_table) VALUES (${number}, ${values}, ${hasTable});
        INSERT INTO ${names.table('schema_fields')} (schema, position, name, type) VALUES ${fields.join(', ')};`
    })
    .join('')
}

function quoteLiteral(text: string): string {
  return `'${text.replaceAll("'", "''")}'`
}
